import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { sampleValue } from '../support/metrics/exposition.ts';
import { createFakedClock, type FakedClock } from '../support/process/faked-clock.ts';
import { eventually, temporaryFolder } from '../support/process/processes.ts';
import { byPassword, type ConfigOptions, type Served, serve, writeConfig } from '../support/process/served.ts';
import { startSimulator } from '../support/process/simulated.ts';

const dayMs = 86_400_000;
const rightMs = Date.parse('2026-07-18T12:40:00Z');

interface Clocked {
  readonly clock: FakedClock;
  readonly served: Served;
}

/** Exporters whose wall clocks the test sets, of one SecMaster with a right one. */
async function serveAt(startMs: number, configs: readonly ConfigOptions[], environment = {}): Promise<Clocked[]> {
  const simulated = await startSimulator();
  // Its Date goes on from now on.
  await simulated.turn(1_000);
  return Promise.all(
    configs.map(async (config) => {
      const clock = createFakedClock(startMs);
      const file = writeConfig(simulated, temporaryFolder(), { credentials: byPassword, ...config });
      return { clock, served: await serve([`--config.file=${file}`], { ...clock.environment, ...environment }) };
    }),
  );
}

interface Seen {
  readonly polls: number;
  readonly isUp: boolean;
  readonly cpuSeconds: number;
}

async function seen({ get }: Served): Promise<Seen> {
  const text = await get('/metrics');
  return {
    polls: sampleValue(text, 'secmaster_exporter_polls_total') ?? 0,
    isUp: sampleValue(text, 'secmaster_up') === 1,
    cpuSeconds: sampleValue(text, 'process_cpu_seconds_total') ?? 0,
  };
}

function polled(served: Served, count: number): Promise<Seen> {
  const find = async () => {
    const now = await seen(served);
    return now.polls >= count ? now : undefined;
  };
  return eventually(find, `poll ${count}`, served.running, 20_000);
}

/** What happens to the clock of a process, one after the other. */
const changes: readonly (readonly [string, (clocked: Clocked) => Promise<void> | void])[] = [
  ['set right', ({ clock }) => clock.set(rightMs)],
  ['ten days forward', ({ clock }) => clock.jump(10 * dayMs)],
  ['a year forward', ({ clock }) => clock.jump(365 * dayMs)],
  ['a day back', ({ clock }) => clock.jump(-dayMs)],
  [
    'stopped for a day',
    async ({ clock, served }) => {
      served.running.child.kill('SIGSTOP');
      await sleep(1_500);
      clock.jump(dayMs);
      served.running.child.kill('SIGCONT');
    },
  ],
];

async function onePollFollows(clocked: Clocked): Promise<void> {
  const { served } = clocked;
  let { polls } = await polled(served, 1);
  for (const [change, happen] of changes) {
    await happen(clocked);
    polls++;
    await polled(served, polls).catch((error: Error) => expect.fail(`${change}: ${error.message}`));
    // A look at the clocks later.
    await sleep(1_100);
    expect(await seen(served), change).toMatchObject({ polls, isUp: true });
  }
  expect(await served.get('/-/ready')).toBe('secmaster-exporter is ready.\n');
  expect(served.running.stderr()).not.toContain('no poll has begun');
}

test('begun in 1970, and after each change of the clock, one poll follows at once', { timeout: 60_000 }, async () => {
  const exporters = await serveAt(10 * 60_000, [{ schedule: '1h' }, { schedule: '0 30 * * * *' }]);
  await Promise.all(exporters.map(onePollFollows));
});

/** So far ahead, and so long all in all, is looked. */
const beforeMs = 1_500;
const lookMs = 4_000;

async function pollsGoOn({ clock, served }: Clocked): Promise<void> {
  await polled(served, 1);
  // The end of the first hour that comes twice, of the second one, and the hour that is skipped.
  for (const change of ['2026-10-25T01:00:00Z', '2026-10-25T02:00:00Z', '2027-03-28T01:00:00Z']) {
    clock.set(Date.parse(change) - beforeMs);
    const before = await seen(served);
    await sleep(lookMs);
    const after = await seen(served);
    const polls = after.polls - before.polls;
    expect(polls, change).toBeGreaterThanOrEqual(2);
    // One more follows the setting.
    expect(polls, change).toBeLessThanOrEqual(lookMs / 1_000 + 3);
    expect(after.cpuSeconds - before.cpuSeconds, change).toBeLessThan(lookMs / 1_000 / 2);
    expect(after.isUp).toBe(true);
  }
}

test('polls go on, and nothing spins, where the clocks of Berlin change', { timeout: 60_000 }, async () => {
  const configs = [{ schedule: '1s' }, { schedule: '* * * * * *', timezone: 'Europe/Berlin' }];
  const exporters = await serveAt(rightMs, configs, { TZ: 'Europe/Berlin' });
  await Promise.all(exporters.map(pollsGoOn));
});
