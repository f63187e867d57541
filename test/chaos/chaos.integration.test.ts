import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createRandom } from '../../src/simulator/random.ts';
import type { Truth, TruthRow } from '../../src/simulator/truth.ts';
import { inForm } from '../support/form.ts';
import { sampleValue, total } from '../support/metrics/exposition.ts';
import { eventually, ledgerCreatedMs, temporaryFolder } from '../support/process/processes.ts';
import { polledAgain, type Served, serve, writeConfig } from '../support/process/served.ts';
import { type Simulated, startSimulator } from '../support/process/simulated.ts';
import { differences } from '../support/world/compare.ts';
import { watchCounters } from './counters.ts';

/** `npm run chaos` has it longer. */
const { CHAOS_SEED = '1', CHAOS_KILLS = inForm('3', '8'), CHAOS_FLOOD = inForm('1500', '15000') } = process.env;
const seed = CHAOS_SEED === 'new' ? Math.floor(Math.random() * 1e9) : Number(CHAOS_SEED);
const kills = Number(CHAOS_KILLS);
const floodRuns = Number(CHAOS_FLOOD);

const hourMs = 3_600_000;
const lookbackMs = 2 * hourMs;
/** A flood takes a while to read, beside other tests. */
const patienceMs = 240_000;
const random = createRandom(seed);
const print = (line: string) => process.stdout.write(`${line}\n`);

const faults = [
  { kind: 'status', status: 500, shape: 'soc' },
  { kind: 'status', status: 503, shape: 'gateway' },
  { kind: 'html', status: 502 },
  { kind: 'html', status: 200 },
  { kind: 'cut' },
  { kind: 'reset' },
  { kind: 'garbage' },
  { kind: 'throttle' },
  { kind: 'throttle', retryAfter: '1' },
] as const;

async function newFaults(simulated: Simulated): Promise<void> {
  await simulated.clearFaults();
  for (const fault of faults) {
    if (random.chance(0.4)) await simulated.addFault({ ...fault, probability: random.between(0.01, 0.15) });
  }
}

/** What a scrape gets, undefined while the exporter is not there. Anything else than 200 is a failure. */
async function scrape({ port }: Served): Promise<string | undefined> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`).catch(() => undefined);
  if (response === undefined) return undefined;
  expect(response.status).toBe(200);
  return response.text();
}

function sum(rows: readonly TruthRow[]): number {
  return rows.reduce((all, { value }) => all + value, 0);
}

function printTable(text: string, truth: Truth): void {
  const rows: [string, number][] = [
    ['secmaster_workflow_instances', sum(truth.instances)],
    ['secmaster_workflow_recent_retries', sum(truth.recentRetries)],
    ['secmaster_workflow_instances_started_total', sum(truth.started)],
    ['secmaster_workflow_instances_completed_total', sum(truth.completed)],
    ['secmaster_workflow_retries_total', sum(truth.retries)],
  ];
  print(`${'family'.padEnd(48)}${'truth'.padStart(10)}${'exporter'.padStart(10)}`);
  for (const [family, wanted] of rows) {
    const counted = total(text, family);
    print(
      `${family.padEnd(48)}${String(wanted).padStart(10)}${String(counted).padStart(10)}  ${wanted === counted ? 'equal' : 'DIFFERS'}`,
    );
  }
}

test(`chaos: ${kills} × kill -9, faults, a flood of ${floodRuns} runs and a downtime longer than the lookback (CHAOS_SEED=${seed})`, async () => {
  print(`CHAOS_SEED=${seed} CHAOS_KILLS=${kills} CHAOS_FLOOD=${floodRuns}`);
  const simulated = await startSimulator({ seed, historyMs: 3 * hourMs, runsPerMinute: 20 });
  const folder = temporaryFolder();
  const args = [`--config.file=${writeConfig(simulated, folder)}`];
  const counters = watchCounters();

  // The ledger begins in peace, so that the truth knows since when to count.
  let served = await serve(args);
  counters.see(await polledAgain(served, patienceMs));
  const sinceMs = ledgerCreatedMs(join(folder, 'ledger', 'secmaster.db'));

  for (let kill = 1; kill <= kills; kill++) {
    await newFaults(simulated);
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
  // Open runs that have not been seen for five minutes are looked up.
  for (let i = 0; i < 3; i++) {
    await polledAgain(served, patienceMs);
    await simulated.turn(6 * 60_000);
  }
  let text = await polledAgain(served, patienceMs);
  const truth = await simulated.truth(sinceMs, lookbackMs);
  const compare = () => {
    const nowMs = (sampleValue(text, 'secmaster_exporter_last_poll_timestamp_seconds') ?? 0) * 1000;
    return differences(text, truth, nowMs - lookbackMs);
  };
  await eventually(async () => {
    text = (await scrape(served)) ?? text;
    return compare().length === 0 ? true : undefined;
  }, 'all families equal to the truth').catch(() => {});
  counters.see(text);
  printTable(text, truth);
  print(`${counters.scrapes()} scrapes; counters fell or vanished ${counters.falls.length} times`);
  const differing = compare();
  if (differing.length > 0) print(served.running.stderr().slice(-4_000));
  expect(differing).toEqual([]);
  expect(counters.falls).toEqual([]);
}, 1_800_000);
