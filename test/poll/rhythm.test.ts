/** Expected starts through the whole exporter: playbooks with habits, over weeks, with polls far apart and restarts between them. */
import { expect, test } from 'vitest';
import { defaultProject, defaultWorkspace } from '../../src/simulator/defaults.ts';
import { type HabitName, habitNames, habits, startsOf } from '../../src/simulator/habits.ts';
import { createRandom } from '../../src/simulator/random.ts';
import { inForm } from '../support/form.ts';
import { createSoc, type SimulatedSoc } from '../support/world/simulated-soc.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const seed = 7;
/** Clocks change in October in Europe and in November in America, and the first days of October are holidays. */
const beganMs = Date.parse('2026-09-22T05:00:00Z');

function createHabitualSoc(names: readonly HabitName[], historyMs: number, retentionMs = 30 * dayMs): SimulatedSoc {
  const plans = names.map((habit) => ({ habit }));
  const life = { seed, runsPerMinute: 0, habits: plans, historyMs };
  const projects = [{ ...defaultProject, workspaces: [{ ...defaultWorkspace, life }] }];
  return createSoc({ beganMs, projects, settings: { retentionMs } });
}

/** What the exporter shows of a habit's playbook. */
function shown(soc: SimulatedSoc, habit: HabitName): number | null {
  const found = soc.workspace
    .report()
    .snapshot?.expectedStarts.find(({ labels }) => labels.playbook === habits[habit].name);
  return found?.atMs ?? null;
}

function turnTo(soc: SimulatedSoc, ms: number): void {
  if (ms > soc.now()) soc.turn(ms - soc.now());
}

interface Replay {
  readonly days: number;
  readonly polls: number;
  readonly historyMs: number;
  readonly retentionMs?: number;
}

/** By habit: the due times that passed though the next start came on time; each once. */
async function falseDues(
  names: readonly HabitName[],
  { days, polls, historyMs, retentionMs }: Replay,
): Promise<Partial<Record<HabitName, readonly string[]>>> {
  const untilMs = beganMs + days * dayMs;
  const soc = createHabitualSoc(names, historyMs, retentionMs);
  const lifeMs = beganMs - historyMs;
  const starts = new Map(
    names.map((habit, i) => [habit, startsOf({ habit }, seed + i, lifeMs, untilMs + 400 * dayMs, lifeMs)]),
  );
  const random = createRandom(seed);
  const found = new Map<HabitName, Set<string>>();
  const known = new Set<HabitName>();
  const look = () => {
    for (const [habit, all] of starts) {
      const dueMs = shown(soc, habit);
      if (dueMs === null) continue;
      known.add(habit);
      const nextMs = all.find((ms) => ms > soc.now()) ?? 0;
      // What the last poll could not see yet may be a few seconds old.
      const lastMs = all.findLast((ms) => ms <= soc.now() - 5_000) ?? 0;
      if (dueMs >= nextMs || dueMs <= lastMs) continue;
      const dues = found.get(habit) ?? new Set();
      found.set(habit, dues.add(new Date(dueMs).toISOString().slice(0, 16)));
    }
  };
  await soc.poll();
  let polledMs = soc.now();
  for (let i = 0; i < polls && soc.now() < untilMs; i++) {
    const habit = names[Math.floor(random.next() * names.length)] ?? 'daily';
    // Right after a start.
    const aboutMs = beganMs + ((i + random.next()) / polls) * (untilMs - beganMs);
    turnTo(soc, (starts.get(habit)?.find((ms) => ms > Math.max(aboutMs, soc.now())) ?? 0) + 5_000);
    if (random.chance(0.2)) {
      soc.restart();
      await soc.workspace.refresh();
      // Nobody has looked since the last poll.
      for (const name of names) {
        const dueMs = shown(soc, name);
        if (dueMs !== null && dueMs > polledMs) expect(dueMs).toBeGreaterThan(soc.now());
      }
    }
    await soc.poll();
    polledMs = soc.now();
    look();
    const dueMs = shown(soc, habit);
    if (dueMs === null || dueMs > untilMs) continue;
    turnTo(soc, dueMs - 1_000);
    await soc.poll();
    polledMs = soc.now();
    look();
  }
  expect(known).toEqual(new Set(names));
  return Object.fromEntries([...found].map(([habit, dues]) => [habit, [...dues]]));
}

const frequent = ['hourly', 'slowed', 'sped-up', 'new', 'office-hours', 'busy-events', 'events-fall-silent'] as const;
const others = ['every-5-minutes', 'monthly', 'rare-events', ...frequent];
const rare = habitNames.filter((habit) => !others.includes(habit));

test('no due time passes while playbooks keep their habits, many times a day', async () => {
  const plan = { days: inForm(14, 43), polls: inForm(20, 300), historyMs: 8 * dayMs };
  const { slowed = [], 'events-fall-silent': silent = [], ...rest } = await falseDues(frequent, plan);
  expect(rest).toEqual({});
  expect(slowed.length).toBeLessThanOrEqual(3);
  // It is silent from 10:00 to 16:00 in Shanghai.
  for (const due of silent) expect(due).toMatch(/^2026-09-28T0[2-7]/);
}, 600_000);

test('no due time passes while playbooks keep their habits, once a day or less, but on a holiday', async () => {
  const { holiday = [], ...rest } = await falseDues(rare, { days: 43, polls: inForm(60, 300), historyMs: 15 * dayMs });
  expect(rest).toEqual({});
  for (const due of holiday) expect(due).toMatch(/^2026-10-0[123]/);
}, 600_000);

test('a monthly one is known where the retention holds it', async () => {
  const plan = { days: 43, polls: inForm(10, 40), historyMs: 95 * dayMs, retentionMs: 95 * dayMs };
  expect(await falseDues(['monthly', 'weekly'], plan)).toEqual({});
});

test('one that runs every five minutes is due in time, and not while it runs', async () => {
  expect(
    await falseDues(['every-5-minutes'], { days: inForm(3, 43), polls: inForm(6, 60), historyMs: 2 * dayMs }),
  ).toEqual({});
}, 600_000);

test('events are due within six hours of silence by day', async () => {
  const soc = createHabitualSoc(['events-fall-silent'], 14 * dayMs);
  // 10:00 to 16:00 in Shanghai.
  const silentMs = Math.floor(beganMs / dayMs) * dayMs + 2 * hourMs;
  await soc.poll();
  soc.turn(60_000);
  await soc.poll();
  expect(shown(soc, 'events-fall-silent')).toBeLessThan(silentMs + 6 * hourMs);
});
