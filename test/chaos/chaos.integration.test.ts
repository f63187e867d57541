import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createRandom } from '../../src/simulator/random.ts';
import { inForm } from '../support/form.ts';
import { sampleValue } from '../support/metrics/exposition.ts';
import { ledgerCreatedMs, temporaryFolder } from '../support/process/processes.ts';
import { byPassword, polledAgain, serve, writeConfig } from '../support/process/served.ts';
import { startSimulator } from '../support/process/simulated.ts';
import { differences, streakDifferences } from '../support/world/compare.ts';
import { labelsFrom, nodeDifferences, playbookDifferences } from '../support/world/compare-playbooks.ts';
import { watchCounters } from './counters.ts';
import { hourMs, newFaults, print, printTable, scrape } from './soc.ts';

/** `npm run chaos` has it longer. */
const { CHAOS_SEED = '1', CHAOS_KILLS = inForm('3', '8'), CHAOS_FLOOD = inForm('1500', '15000') } = process.env;
const seed = CHAOS_SEED === 'new' ? Math.floor(Math.random() * 1e9) : Number(CHAOS_SEED);
const kills = Number(CHAOS_KILLS);
const floodRuns = Number(CHAOS_FLOOD);

const lookbackMs = 2 * hourMs;
const random = createRandom(seed);

test(`chaos: ${kills} × kill -9, faults, a flood of ${floodRuns} runs and a downtime longer than the lookback (CHAOS_SEED=${seed})`, async () => {
  print(`CHAOS_SEED=${seed} CHAOS_KILLS=${kills} CHAOS_FLOOD=${floodRuns}`);
  const simulated = await startSimulator({ seed, historyMs: 3 * hourMs, runsPerMinute: 20 });
  const folder = temporaryFolder();
  const args = [`--config.file=${writeConfig(simulated, folder, { credentials: byPassword })}`];
  const counters = watchCounters();

  // The ledger begins in peace, so that the truth knows since when to count.
  let served = await serve(args);
  counters.see(await polledAgain(served));
  const sinceMs = ledgerCreatedMs(join(folder, 'ledger', 'secmaster.db'));

  for (let kill = 1; kill <= kills; kill++) {
    await newFaults(simulated, random);
    for (let steps = random.between(1, 6); steps > 0; steps--) {
      await simulated.turn(Math.floor(random.between(1_000, 5 * 60_000)));
      await sleep(random.between(0, 400));
      const text = await scrape(served);
      if (text !== undefined) counters.see(text);
    }
    served.running.child.kill('SIGKILL');
    await served.running.ended;
    if (kill === Math.ceil(kills / 3)) await simulated.flood(floodRuns, 30 * 60_000);
    if (kill === Math.ceil((2 * kills) / 3)) await simulated.turn(lookbackMs + hourMs);
    served = await serve(args);
  }

  await simulated.clearFaults();
  await polledAgain(served);
  // Open runs that have not been seen for five minutes are looked up.
  for (let i = 0; i < 3; i++) await polledAgain(served, await simulated.turn(6 * 60_000));
  let text = '';
  let truth = await simulated.truth(sinceMs, lookbackMs);
  const compare = () => {
    const nowMs = (sampleValue(text, 'secmaster_exporter_last_poll_timestamp_seconds') ?? 0) * 1000;
    const windowStartMs = Math.floor((nowMs - lookbackMs) / 60_000) * 60_000;
    const former = labelsFrom(text, truth);
    return [
      ...differences(text, truth, nowMs - lookbackMs),
      ...streakDifferences(text, truth),
      ...playbookDifferences(text, truth, { nowMs, windowStartMs, former, unread: new Set() }),
      ...nodeDifferences(text, truth, former, false),
    ];
  };
  // SecMaster's Date runs on, so the window may begin a minute later than that of the truth.
  for (let tries = 0; tries < 4 && (text === '' || compare().length > 0); tries++) {
    const nowMs = await simulated.turn(1_000);
    truth = await simulated.truth(sinceMs, lookbackMs);
    text = await polledAgain(served, nowMs);
  }
  counters.see(text);
  printTable(text, truth);
  print(`${counters.scrapes()} scrapes; counters fell or vanished ${counters.falls.length} times`);
  const differing = compare();
  if (differing.length > 0) print(served.running.stderr().slice(-4_000));
  expect(differing).toEqual([]);
  expect(counters.falls).toEqual([]);
}, 1_800_000);
