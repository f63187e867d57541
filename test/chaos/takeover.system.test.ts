import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFailed, test } from 'vitest';
import { createRandom } from '../../src/simulator/random.ts';
import { sharedFamilies } from '../support/metrics/shared-families.ts';
import { usePostgres } from '../support/postgres.ts';
import type { Replica } from '../support/process/replica.ts';
import { openJournal } from './journal.ts';
import { heldBy, holderOf, pollsOf } from './leases.ts';
import { totalOf } from './requests.ts';
import { scrapeAlways } from './scraper.ts';
import { begin, differencesFromTruth, polledEverywhere, shownTruth } from './settled.ts';
import { buildSite, leaseMs, type Site, type SiteOptions } from './site.ts';
import { print } from './soc.ts';
import { tellWhatHappened } from './what-happened.ts';

const server = usePostgres();
const pollMs = 1_000;
/** A look is due each second. */
const lookMs = 1_000;
/** What a loaded machine takes for a poll, a scrape and an answer of the database. */
const slackMs = Number(process.env.CHAOS_SLACK_MS ?? 2_000);
/** `npm run chaos -- --replicas=3` has it longer. */
const { CHAOS_PAUSE_MS = '10000', CHAOS_POLLS = '2' } = process.env;
const pauseMs = Number(CHAOS_PAUSE_MS);

async function peacefulSite(options: Partial<SiteOptions> = {}): Promise<Site> {
  const site = await buildSite({ seed: 1, random: createRandom(1), server, ...options });
  onTestFailed(() => tellWhatHappened(site.replicas));
  await begin(site);
  return site;
}

/** @returns how long after `sinceMs` another replica shows polls of the workspace that it has made itself */
async function takenOver(site: Site, workspace: string, from: Replica, sinceMs: number): Promise<number> {
  const others = site.replicas.filter((one) => one !== from);
  const before = await pollsOf(others[0] as Replica, workspace);
  const holder = await holderOf(others, workspace);
  while ((await pollsOf(holder, workspace)) <= before) await sleep(20);
  return performance.now() - sinceMs;
}

const firstOf = ({ workspaces }: Site) => workspaces[0]?.name ?? '';

test('a replica that is killed is replaced within its lease and one poll, one that is stopped at once', async () => {
  const site = await peacefulSite();
  const scraper = scrapeAlways(site.replicas, openJournal().now);
  const workspace = firstOf(site);
  const killed = await holderOf(site.replicas, workspace);
  let sinceMs = performance.now();
  await killed.end('SIGKILL');
  const afterKillMs = await takenOver(site, workspace, killed, sinceMs);
  print(`taken over ${Math.round(afterKillMs)} ms after kill -9, with a lease of ${leaseMs} ms`);
  await killed.start();
  await polledEverywhere(site);

  const stopped = await holderOf(site.replicas, workspace);
  const stopping = stopped.end('SIGTERM');
  sinceMs = performance.now();
  const afterStopMs = await takenOver(site, workspace, stopped, sinceMs);
  print(`taken over ${Math.round(afterStopMs)} ms after SIGTERM`);
  await stopping;
  await stopped.start();

  expect(await shownTruth(site)).toEqual([]);
  await scraper.stop();
  expect(scraper.complaints).toEqual([]);
  expect(afterKillMs).toBeLessThan(leaseMs + lookMs + pollMs + slackMs);
  expect(afterStopMs).toBeLessThan(lookMs + pollMs + slackMs);
}, 300_000);

test.each<[string, (paused: Replica) => void, number]>([
  ['with a commit on its way', ({ database }) => database.delay(1_000), 800],
  ['with an answer of SecMaster on its way', ({ secmaster }) => secmaster.delay(700), 0],
])(
  'a replica that is paused %s does not write when it comes back',
  async (_, slowDown, laterMs) => {
    const site = await peacefulSite({ timeout: '60s', workspaces: 1 });
    const journal = openJournal();
    const scraper = scrapeAlways(site.replicas, journal.now);
    const workspace = firstOf(site);
    const paused = await holderOf(site.replicas, workspace);
    slowDown(paused);
    await site.turn(60_000);
    const asked = async () => totalOf((await site.requests()).replicas);
    const before = await asked();
    while ((await asked()) === before) await sleep(10);
    await sleep(laterMs);
    paused.pause();
    journal.note(`${paused.name} is paused`);
    const sinceMs = performance.now();
    const afterMs = await takenOver(site, workspace, paused, sinceMs);
    await site.flood(300);
    await sleep(Math.max(0, pauseMs - afterMs));
    paused.resume();
    journal.note(`${paused.name} goes on`);
    await sleep(3_000);
    await paused.database.mend();
    await paused.secmaster.mend();

    expect(await shownTruth(site)).toEqual([]);
    expect(
      (await differencesFromTruth(site, await paused.get('/metrics'))).filter((one) => /_total/.test(one)),
    ).toEqual([]);
    await scraper.stop();
    expect(scraper.complaints).toEqual([]);
    // What it had sent to the database before it was paused is held for as long as the database lets a transaction idle.
    expect(afterMs).toBeLessThan(2 * leaseMs + lookMs + pollMs + slackMs);
  },
  300_000,
);

test('every replica shows the same bytes within two seconds of a commit', async () => {
  const site = await peacefulSite();
  await site.schedule(`*/${everyMs / 1_000} * * * * *`);
  await sleep(3_000);
  const lags: number[] = [];
  for (let poll = 0; poll < Number(CHAOS_POLLS); poll++) {
    // In the middle between two polls, long after the last one and long before the next.
    await sleep(everyMs - ((Date.now() + everyMs / 2) % everyMs));
    const before = await sharedOf(site);
    await site.turn(90_000);
    lags.push(await lagMs(site, before));
  }
  print(`all replicas equal ${lags.map((ms) => `${Math.round(ms)} ms`).join(', ')} after the first that showed it`);
  expect(Math.max(...lags)).toBeLessThan(2_000 + slackMs / 2);
}, 300_000);

const everyMs = 20_000;

const sharedOf = ({ replicas }: Site) =>
  Promise.all(replicas.map(async (one) => sharedFamilies(await one.get('/metrics'))));

/** The time from the first replica that shows what all show in the end, to the last one. */
async function lagMs(site: Site, before: readonly string[]): Promise<number> {
  const seen: { readonly atMs: number; readonly texts: readonly string[] }[] = [];
  const untilMs = performance.now() + everyMs - 1_000;
  while (performance.now() < untilMs) {
    seen.push({ atMs: performance.now(), texts: await sharedOf(site) });
    await sleep(50);
  }
  const last = seen.at(-1)?.texts ?? [];
  expect(new Set(last).size, 'different expositions once quiet').toBe(1);
  expect(last[0]).not.toBe(before[0]);
  const first = seen.find(({ texts }) => texts.includes(last[0] ?? ''));
  const all = seen.find(({ texts }) => texts.every((text) => text === last[0]));
  return (all?.atMs ?? 0) - (first?.atMs ?? 0);
}

test('fifty workspaces spread evenly over three replicas, and a fourth takes its share', async () => {
  const site = await buildSite({
    seed: 1,
    random: createRandom(1),
    server,
    workspaces: 50,
    runsPerMinute: 2,
    schedule: '10s',
    // Four processes on few cores have much to do at first.
    lease: '15s',
    isDiscovered: true,
  });
  onTestFailed(() => tellWhatHappened(site.replicas));
  await Promise.all(site.replicas.map((one) => one.start()));
  await polledEverywhere(site, 0, 300_000);
  const counts = async () => {
    const held = await Promise.all(site.replicas.map(heldBy));
    return { each: held.map(({ length }) => length).sort(), all: new Set(held.flat()).size };
  };
  await expect.poll(counts, { timeout: 60_000, interval: 500 }).toEqual({ each: [16, 17, 17], all: 50 });
  const fourth = await site.add();
  await fourth.start();
  const sinceMs = performance.now();
  await expect.poll(counts, { timeout: 60_000, interval: 500 }).toEqual({ each: [12, 12, 13, 13], all: 50 });
  print(`the fourth has its share after ${Math.round(performance.now() - sinceMs)} ms`);
  await polledEverywhere(site, await site.turn(10 * 60_000), 300_000);
  const shown = await fourth.get('/metrics');
  expect((await differencesFromTruth(site, shown)).filter((one) => /_total/.test(one))).toEqual([]);
}, 900_000);
