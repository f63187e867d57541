import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFailed, test } from 'vitest';
import { createRandom } from '../../src/simulator/random.ts';
import { usePostgres } from '../support/postgres.ts';
import { eventually, temporaryFolder } from '../support/process/processes.ts';
import type { Replica } from '../support/process/replica.ts';
import { openJournal } from './journal.ts';
import { heldBy } from './leases.ts';
import { scrapeAlways } from './scraper.ts';
import { begin, differencesOnceQuiet, polledEverywhere, shownTruth } from './settled.ts';
import { buildSite } from './site.ts';
import { tellWhatHappened } from './what-happened.ts';

const server = usePostgres();
const root = join(import.meta.dirname, '..', '..');

/** This exporter with a schema that is one version newer. @returns its main file */
function nextVersion(): string {
  const folder = temporaryFolder();
  cpSync(join(root, 'src'), join(folder, 'src'), { recursive: true });
  for (const name of ['package.json', 'node_modules']) symlinkSync(join(root, name), join(folder, name));
  const file = join(folder, 'src', 'ledger', 'postgres', 'schema.ts');
  const schema = readFileSync(file, 'utf8');
  const migration =
    '  `ALTER TABLE instance ADD COLUMN later text; CREATE TABLE later (later bigint PRIMARY KEY)`,\n];';
  const changed = schema.replace(/\n\];\s*$/, `\n${migration}\n`);
  if (changed === schema) throw new Error('schema.ts does not end with the list of migrations');
  writeFileSync(file, changed);
  return join(folder, 'src', 'main.ts');
}

test('replicas are upgraded one by one to a newer schema: counters go on, and an old one says so and stops writing', async () => {
  const site = await buildSite({ seed: 2, random: createRandom(2), server });
  const { replicas } = site;
  const [first, second, third] = replicas as [Replica, Replica, Replica];
  onTestFailed(() => tellWhatHappened(replicas));
  const journal = openJournal();
  await begin(site);
  const scraper = scrapeAlways(replicas, journal.now, true);
  const newMain = nextVersion();

  async function upgrade(one: Replica): Promise<void> {
    await one.end('SIGTERM');
    await one.start(newMain);
    journal.note(`${one.name} is upgraded`);
    await site.turn(60_000);
  }

  await upgrade(first);
  // The new one polls everything, and the old ones say why they don't.
  const names = site.workspaces.map(({ name }) => name).sort();
  const holdsAll = async () => ((await heldBy(first)).join() === names.join() ? true : undefined);
  await eventually(holdsAll, 'the new one polls all workspaces', undefined, 60_000);
  for (const old of [second, third]) {
    const isTold = () => (/too old|newer/.test(old.log()) ? true : undefined);
    await eventually(isTold, `${old.name} says that it is too old`, undefined, 60_000);
    const holdsNone = async () => ((await heldBy(old)).length === 0 ? true : undefined);
    await eventually(holdsNone, `${old.name} knows that it polls nothing`, undefined, 60_000);
  }
  await site.flood(200);
  await site.turn(60_000);
  await upgrade(second);
  await third.end('SIGKILL');
  await third.start(newMain);

  await polledEverywhere(site);
  expect(await shownTruth(site)).toEqual([]);
  expect(await differencesOnceQuiet(site)).toEqual([]);
  await scraper.stop();
  expect(scraper.complaints).toEqual([]);
}, 600_000);
