import fc from 'fast-check';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { Target } from '../../../src/poll/fleet/membership.ts';
import { noFilters } from '../../../src/secmaster/api/filters.ts';
import { defaultProject, defaultWorkspace } from '../../../src/simulator/defaults.ts';
import { createManualClock } from '../../../src/simulator/manual-clock.ts';
import { createRandom, type Random } from '../../../src/simulator/random.ts';
import { createSimulator } from '../../../src/simulator/simulator.ts';
import { inForm } from '../../support/form.ts';
import { sharedFamilies } from '../../support/metrics/shared-families.ts';
import { createClientInProcess } from '../../support/secmaster/in-process.ts';
import { differences, labelsOf } from '../../support/world/compare.ts';
import { createSeveral, type OneReplica } from '../../support/world/several.ts';

/** Replicas come and go, are cut off, paused and killed while runs begin and end: in the end all of them show the truth. */

const target: Target = {
  name: 'soc',
  region: defaultProject.name,
  projectId: defaultProject.id,
  workspaceId: defaultWorkspace.id,
  endpoint: 'https://a.example.com',
  iamEndpoint: 'https://b.example.com',
};
const lookbackMs = 24 * 3_600_000;
const operations = ['ListAopWorkflowInstance', 'ListPlaybooks', 'ShowAopWorkflowInstance'];
const ledgerKey = `${defaultProject.id}/${defaultWorkspace.id}`;

type Step =
  | { readonly kind: 'runs'; readonly count: number }
  | { readonly kind: 'wait'; readonly seconds: number }
  | { readonly kind: 'add'; readonly aheadMs: number }
  | { readonly kind: Trouble; readonly which: number };
type Trouble = (typeof troubles)[number];
const troubles = [
  'kill',
  'stop',
  'pause',
  'resume',
  'cut',
  'cutSecMaster',
  'heal',
  'slow',
  'loseAnswers',
  'killInCall',
  'pauseInCall',
  'cutInCall',
] as const;

const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('runs' as const), count: fc.integer({ min: 1, max: 5 }) }) },
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 70 }) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('add' as const),
        aheadMs: fc.constantFrom(0, 3_600_000, -3_600_000),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constantFrom(...troubles), which: fc.integer({ min: 0, max: 3 }) }),
    },
  ),
  { minLength: 5, maxLength: 30 },
);

function setUp(seed: number) {
  const clock = createManualClock(Date.parse('2026-07-18T12:00:00Z'));
  const simulator = createSimulator({ clock, tokenLifetimeMs: 1e12 });
  const { world } = simulator.directory.workspace(defaultWorkspace.id);
  const random = createRandom(seed);
  const log = pino({ level: 'silent' });
  const several = createSeveral({
    clock,
    targets: [target],
    secmasterOf: (_, own) => createClientInProcess(simulator, { clock: own, log, filters: noFilters }),
  });
  const open: string[] = [];

  /** What happens at SecMaster, whoever looks. */
  function happen(count: number): void {
    for (let i = 0; i < count; i++) {
      const nowMs = clock.now();
      if (open.length === 0 || random.chance(0.6)) open.push(world.start(nowMs));
      const at = Math.floor(random.next() * open.length);
      const [id = ''] = random.chance(0.7) ? open.splice(at, 1) : [];
      if (id === '') continue;
      if (random.chance(0.5)) world.finish(id, nowMs);
      else world.fail(id, nowMs, 'node', 'error');
    }
  }

  /** Time goes by, and everyone is scraped. */
  async function wait(seconds: number): Promise<void> {
    for (let left = seconds; left > 0; left -= 15) {
      await several.turn(Math.min(left, 15) * 1_000);
      for (const one of several.living()) await one.scrape();
    }
  }

  function wrong(text: string): string[] {
    const state = several.disk.get(ledgerKey)?.state ?? null;
    const truth = simulator.truth(defaultWorkspace.id, { sinceMs: state?.createdAtMs ?? 0, lookbackMs });
    return differences(text, truth, clock.now() - lookbackMs, labelsOf(state));
  }

  function isQuiet(): boolean {
    const ends = several.living().map((one) => one.report('soc')?.polls.last?.endedMs ?? 0);
    const sinceMs = clock.now() - Math.max(...ends);
    return sinceMs > 4_000 && sinceMs < 25_000;
  }

  return {
    ...several,
    isQuiet,
    happen,
    wait,
    wrong,
    lossy: createRandom(seed + 1),
    /** Without tokens: each process has one of its own. */
    requests: () => operations.reduce((sum, operation) => sum + simulator.requests.count(operation), 0),
  };
}

const takeovers = (all: readonly OneReplica[]) =>
  all.flatMap(({ logged }) => logged.filter(({ msg }) => msg === 'lease taken')).length;

function trouble(one: OneReplica, kind: Trouble, lossy: Random): void {
  const { net } = one;
  /** Once one of the next calls to the store has taken effect, in the middle of whatever the replica does. */
  function inCall(happens: () => void): void {
    net.losesAnswer = () => {
      const is = lossy.chance(0.1);
      if (!is) return false;
      net.losesAnswer = () => false;
      happens();
      return lossy.chance(0.5);
    };
  }
  const work: Record<Trouble, () => void> = {
    kill: one.kill,
    // A database that is away keeps a stop waiting; time goes by meanwhile.
    stop: () => void one.stop(),
    pause: () => one.pause(true),
    resume: () => one.pause(false),
    cut: () => Object.assign(net, { isCut: true }),
    cutSecMaster: () => Object.assign(net, { isSecMasterCut: true }),
    slow: () => Object.assign(net, { delayMs: 700 }),
    loseAnswers: () => Object.assign(net, { losesAnswer: () => lossy.chance(0.2) }),
    killInCall: () => inCall(one.kill),
    pauseInCall: () => inCall(() => one.pause(true)),
    cutInCall: () => inCall(() => Object.assign(net, { isCut: true })),
    heal: () => heal(one),
  };
  work[kind]();
}

function heal(one: OneReplica): void {
  one.pause(false);
  Object.assign(one.net, { isCut: false, isSecMasterCut: false, delayMs: 0, losesAnswer: () => false });
}

async function live(plan: readonly Step[], count: number, seed: number) {
  const run = setUp(seed);
  for (let i = 0; i < count; i++) await run.add();
  await run.wait(5);
  for (const step of plan) {
    if (run.living().length === 0) await run.add();
    const living = run.living();
    if (step.kind === 'runs') run.happen(step.count);
    else if (step.kind === 'wait') await run.wait(step.seconds);
    else if (step.kind === 'add') {
      if (living.length < 4) await run.add(step);
    } else {
      const one = living[step.which % living.length];
      const isLast = living.length === 1 && (step.kind === 'kill' || step.kind === 'stop');
      if (one !== undefined && !isLast) trouble(one, step.kind, run.lossy);
    }
  }
  if (run.living().length === 0) await run.add();
  for (const one of run.living()) heal(one);
  await run.wait(150);
  // Between two polls.
  while (!run.isQuiet()) await run.wait(1);
  return run;
}

test(
  'all replicas show the truth after any trouble, no counter ever falls, and SecMaster is asked little more than by one',
  async () => {
    let [asked, askedByOne] = [0, 0];
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 4 }), fc.integer(), async (plan, count, seed) => {
        const run = await live(plan, count, seed);
        const living = run.living();
        const texts = await Promise.all(living.map((one) => one.scrape()));
        expect(run.wrongs).toEqual([]);
        for (const text of texts) {
          expect(run.wrong(text)).toEqual([]);
          expect(sharedFamilies(text)).toBe(sharedFamilies(texts[0] ?? ''));
        }
        const calm = plan.filter(({ kind }) => kind === 'runs' || kind === 'wait');
        const alone = await live(calm, 1, seed);
        // In a small world a takeover shows: at most 2.8 were seen in a hundred worlds.
        expect(run.requests()).toBeLessThanOrEqual(1.1 * alone.requests() + 4 * takeovers(run.all));
        asked += run.requests();
        askedByOne += alone.requests();
      }),
      { numRuns: Number(process.env.WORLDS_RUNS ?? inForm(25, 60)), endOnFailure: true, ...seedOf() },
    );
    expect(asked).toBeLessThanOrEqual(1.1 * askedByOne);
  },
  inForm(600_000, 600_000),
);

function seedOf() {
  const { WORLDS_SEED: seed } = process.env;
  return { seed: seed === 'new' ? Date.now() : Number(seed ?? 16) };
}
