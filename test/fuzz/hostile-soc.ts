import { workspaceFamilies } from '../../src/metrics/families.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { excesses, type Limits } from '../support/metrics/bounds.ts';
import { expositionOf, scrapeOf } from '../support/metrics/exposition.ts';
import { parseStrictly, type StrictFamily } from '../support/metrics/strict-exposition.ts';
import { createSoc, type SimulatedSoc, type SocOptions } from '../support/world/simulated-soc.ts';
import { type Mutation, mutated } from './mutations.ts';

/** What SecMaster does to its answers: so many polls get genuine ones, then each as many changed ones at the most. */
export interface Hostility {
  readonly honestPolls: number;
  readonly perPoll: number;
  /** One after the other; null: a genuine answer. */
  readonly mutations: readonly (Mutation | null)[];
}

export const honest: Hostility = { honestPolls: 0, perPoll: 0, mutations: [] };

/** A workspace before such a SecMaster, which is honest in the end. */
export interface HostileSoc {
  readonly soc: SimulatedSoc;
  /** Mutations that no answer has met yet. */
  left(): number;
  /** Polls once after more has happened; throws for whatever may not come of it. */
  poll(): Promise<void>;
  /** As the last poll left it. */
  exposition(format: 'text' | 'openmetrics'): Promise<string>;
  close(): Promise<void>;
}

const minuteMs = 60_000;
const limits: Limits = { maxPlaybooks: 3, maxValues: 4, durationBuckets: [1, 60] };
const playbooks = [
  { id: '3e966553-f53d-3d87-835e-7697e353876a', name: '隔离主机', en_name: 'Isolate host' },
  { id: '9b1c2d3e-0000-4000-8000-000000000001', name: 'Close alert' },
  null,
];
const counters: ReadonlySet<string> = new Set(
  workspaceFamilies.filter(({ type }) => type !== 'gauge').map(({ name }) => name),
);

// One for all: each would measure the process anew.
const openMetrics = expositionOf();

export function createHostileSoc(
  { honestPolls, perPoll, mutations }: Hostility,
  options: Pick<SocOptions, 'after' | 'store'> = {},
): HostileSoc {
  const soc = createSoc({ ...options, settings: { ...limits, name: null } });
  const queue = [...mutations];
  let inPoll = 0;
  answerWith(soc.simulator, () => (inPoll-- > 0 ? (queue.shift() ?? null) : null));
  let before = new Map<string, number>();
  let step = 0;

  async function exposition(format: 'text' | 'openmetrics'): Promise<string> {
    if (format === 'text') return soc.exposition();
    await openMetrics.update([soc.workspace.report()], limits.durationBuckets);
    return scrapeOf(openMetrics, format);
  }

  async function check(): Promise<void> {
    const bugs = soc.logged.filter((line) => /\bbug\b|"stack"|"err"|TypeError|RangeError/.test(JSON.stringify(line)));
    if (bugs.length > 0) throw new Error(`logged: ${JSON.stringify(bugs[0])}`);
    const error = soc.workspace.report().polls.last?.error ?? '';
    if (error.includes('bug')) throw new Error(error);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are looked for
    if (/[\u0000-\u001f]/.test(error) || error.length > 1_000) throw new Error(`odd error: ${JSON.stringify(error)}`);

    const families = parseStrictly(await exposition('text'), 'text');
    parseStrictly(await exposition('openmetrics'), 'openmetrics');
    // What a ledger holds may be an earlier exporter's, with other limits.
    const [excess] = mutations.length === 0 ? [] : excesses(families, limits);
    if (excess !== undefined) throw new Error(excess);
    const now = countersOf(families);
    for (const [series, value] of before)
      if (!((now.get(series) ?? -1) >= value)) throw new Error(`${series} fell from ${value} to ${now.get(series)}`);
    before = now;
  }

  return {
    soc,
    left: () => queue.length,
    exposition,
    close: () => soc.store.close(),
    async poll() {
      inPoll = step < honestPolls ? 0 : perPoll;
      liveOn(soc, step++);
      const left = queue.length;
      await soc.poll();
      await check();
      // Credentials that were refused, or a list that was, are left alone for a while.
      soc.turn(step > honestPolls && left === queue.length ? 61 * minuteMs : minuteMs);
    },
  };
}

/** The next answers about workspaces and instances; a token is always genuine. */
function answerWith({ app }: Simulator, next: () => Mutation | null): void {
  const genuine = app.request.bind(app);
  app.request = async (input, ...rest) => {
    const response = await genuine(input, ...rest);
    const mutation = String(input).includes('/workspaces') ? next() : null;
    if (mutation === null) return response;
    const answer = {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: new Uint8Array(await response.arrayBuffer()),
    };
    const { status, headers, body } = mutated(answer, mutation);
    return new Response([204, 304].includes(status) ? null : body, { status, headers });
  };
}

/** A few runs begin, end, fail and are retried. */
function liveOn({ world, now }: SimulatedSoc, step: number): void {
  const atMs = now();
  const playbook = playbooks[step % playbooks.length];
  for (const triggerType of ['EVENT', 'TIMER', 'EVENT', 'MANUAL']) {
    const id = world.start(atMs - 5_000, { ...(playbook !== undefined && { playbook }), triggerType });
    if (step % 3 === 1) world.finish(id, atMs - 1_000);
    if (step % 3 === 2) world.fail(id, atMs - 1_000, 'Query asset', 'timed out');
    if (step % 6 === 5) world.retry(id, atMs - 500);
  }
}

/** Without the label of the workspace, which changes once its name is known. */
function countersOf(families: readonly StrictFamily[]): Map<string, number> {
  return new Map(
    families
      .filter(({ name }) => counters.has(name))
      .flatMap(({ samples }) =>
        samples.map(({ name, labels: { workspace: _, ...labels }, value }): [string, number] => [
          name + JSON.stringify(labels),
          value,
        ]),
      ),
  );
}
