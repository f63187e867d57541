import { expect } from 'vitest';
import type { Random } from '../../src/simulator/random.ts';
import type { Truth, TruthRow } from '../../src/simulator/truth.ts';
import { total } from '../support/metrics/exposition.ts';
import type { Served } from '../support/process/served.ts';
import type { Simulated } from '../support/process/simulated.ts';

export const hourMs = 3_600_000;

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

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

/** Other faults than before. */
export async function newFaults(simulated: Simulated, random: Random): Promise<void> {
  await simulated.clearFaults();
  for (const fault of faults) {
    if (random.chance(0.4)) await simulated.addFault({ ...fault, probability: random.between(0.01, 0.15) });
  }
}

/** What a scrape gets, undefined while the exporter is not there. Anything else than 200 is a failure. */
export async function scrape({ port }: Served): Promise<string | undefined> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`).catch(() => undefined);
  if (response === undefined) return undefined;
  expect(response.status).toBe(200);
  return response.text();
}

export function printTable(text: string, truth: Truth): void {
  const rows: [string, number][] = [
    ['secmaster_workflow_instances', sum(truth.instances)],
    ['secmaster_workflow_recent_retries', sum(truth.recentRetries)],
    ['secmaster_workflow_instances_started_total', sum(truth.started)],
    ['secmaster_workflow_attempts_completed_total', sum(truth.completed)],
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

function sum(rows: readonly TruthRow[]): number {
  return rows.reduce((all, { value }) => all + value, 0);
}
