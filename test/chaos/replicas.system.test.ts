import { expect, onTestFailed, test } from 'vitest';
import { createRandom } from '../../src/simulator/random.ts';
import { total } from '../support/metrics/exposition.ts';
import { usePostgres } from '../support/postgres.ts';
import { openJournal } from './journal.ts';
import { type Requests, since, totalOf } from './requests.ts';
import { scrapeAlways } from './scraper.ts';
import {
  begin,
  differencesFromTruth,
  differencesOnceQuiet,
  evenlyRead,
  polledEverywhere,
  shownTruth,
} from './settled.ts';
import { buildSite, type Site } from './site.ts';
import { hourMs, print } from './soc.ts';
import { storm } from './storm.ts';
import { tellWhatHappened } from './what-happened.ts';

/** `npm run chaos -- --replicas=3` has it longer. */
const { CHAOS_SEED = '1', CHAOS_REPLICAS = '3', CHAOS_STEPS = '20', CHAOS_STEP_MS = '4000' } = process.env;
const seed = CHAOS_SEED === 'new' ? Math.floor(Math.random() * 1e9) : Number(CHAOS_SEED);
const steps = Number(CHAOS_STEPS);

const server = usePostgres();

test(`chaos: ${steps} steps of troubles with ${CHAOS_REPLICAS} replicas (CHAOS_SEED=${seed})`, async () => {
  print(`CHAOS_SEED=${seed} CHAOS_REPLICAS=${CHAOS_REPLICAS} CHAOS_STEPS=${steps}`);
  const random = createRandom(seed);
  const journal = openJournal();
  const site = await buildSite({
    seed,
    random,
    server,
    replicas: Number(CHAOS_REPLICAS),
    isDiscovered: random.chance(0.5),
    newSeriesHold: random.pick(['0s', '1500ms']),
    hasReference: true,
    aheadMs: random.pick([0, hourMs]),
  });
  const { replicas } = site;
  onTestFailed(() => tellWhatHappened(replicas));

  await begin(site);
  await evenlyRead(site);
  const scraper = scrapeAlways(replicas, journal.now, true);
  const before = await site.requests();
  const pollsBefore = await polls(site);

  await storm(site, random, journal, { steps, maxStepMs: Number(CHAOS_STEP_MS) });
  await site.heal();
  journal.note('peace');
  // What could not be read is tried again after an hour, and open runs that have not been seen for five minutes are looked up.
  for (const minutes of [61, 6, 6]) await polledEverywhere(site, await site.turn(minutes * 60_000));
  const differing = await shownTruth(site);
  const after = await site.requests();
  const asked = since(before.replicas, after.replicas);
  const askedByOne = since(before.reference, after.reference);
  const [of, ofOne] = [totalOf(asked), totalOf(askedByOne)];
  const [polled, polledByOne] = (await polls(site)).map((count, n) => count - (pollsBefore[n] ?? 0));
  print(
    `${scraper.scrapes()} scrapes; SecMaster had ${of} requests in ${polled} polls, ${ofOne} in ${polledByOne} of one process`,
  );
  print(`by operation: ${JSON.stringify(asked)}, of one process ${JSON.stringify(askedByOne)}`);

  expect(differing).toEqual([]);
  const quiet = await differencesOnceQuiet(site);
  await scraper.stop();
  expect(quiet).toEqual([]);
  for (const one of replicas) {
    const counters = (await differencesFromTruth(site, await one.get('/metrics'))).filter((line) =>
      /_total/.test(line),
    );
    expect(counters, one.name).toEqual([]);
  }
  expect(scraper.complaints).toEqual([]);
  expect(replicas.filter(({ crashes }) => crashes > 0).map(({ name }) => name)).toEqual([]);
  expect(of).toBeLessThanOrEqual(1.1 * ofOne);
  // Troubles keep replicas from polling. In as many polls, one process would have asked for less: one without news is one request.
  const missed = Math.max(0, (polledByOne ?? 0) - (polled ?? 0));
  expect(totalOf(ofPolls(asked))).toBeLessThanOrEqual(1.1 * (totalOf(ofPolls(askedByOne)) - missed));
}, 1_800_000);

/**
 * Without what doesn't come with polls: a token for each life of a process, and lists that are due by SecMaster's time, which the test
 * turns, where the one process, which never starts again, goes by its own.
 */
function ofPolls({
  KeystoneCreateUserTokenByPassword: _,
  ListPlaybooks: __,
  ListWorkspaces: ___,
  ...others
}: Requests) {
  return others;
}

/** How many the first replica shows, and how many the one process. */
const polls = ({ replicas, reference }: Site) =>
  Promise.all([replicas[0], reference].map(async (one) => total((await one?.get('/metrics')) ?? '', pollsTotal)));

const pollsTotal = 'secmaster_exporter_polls_total';
