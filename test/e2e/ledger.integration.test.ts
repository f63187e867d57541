import { copyFileSync, existsSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { inForm } from '../support/form.ts';
import { sampleValue, total } from '../support/metrics/exposition.ts';
import { eventually, ledgerCreatedMs, temporaryFolder } from '../support/process/processes.ts';
import {
  byPassword,
  polledAgain,
  refusedByLedger,
  type Served,
  serve,
  writeConfig,
} from '../support/process/served.ts';
import { startSimulator } from '../support/process/simulated.ts';
import { differences } from '../support/world/compare.ts';

const lookbackMs = 2 * 3_600_000;

test.each<[string, (file: string) => void, RegExp]>([
  [
    'is cut off',
    (file) => truncateSync(file, Math.floor(statSync(file).size / 2)),
    /the file is damaged; restore it from a backup/,
  ],
  [
    'is no database any more',
    (file) => writeFileSync(file, 'x'.repeat(8_192)),
    /the file is not a ledger, or it is damaged/,
  ],
  [
    'was written by a newer exporter',
    (file) => {
      using db = new DatabaseSync(file);
      db.exec('PRAGMA user_version = 99');
    },
    /was written by a newer exporter \(its schema is 99, the newest known here is \d+\); run the newer exporter/,
  ],
])(
  'a ledger that %s: the log says so, secmaster_up is 0 and nothing is counted; restored, it continues',
  async (_, damage, message) => {
    const simulated = await startSimulator({ historyMs: 3_600_000 });
    const folder = temporaryFolder();
    const args = [`--config.file=${writeConfig(simulated, folder)}`];
    const file = join(folder, 'ledger', 'secmaster.db');
    let served = await serve(args);
    await polledAgain(served);
    const sinceMs = ledgerCreatedMs(file);
    served.running.child.kill('SIGTERM');
    await served.running.ended;

    copyFileSync(file, `${file}.backup`);
    damage(file);
    await simulated.turn(10 * 60_000);
    served = await serve(args);
    const text = await refusedByLedger(served);
    expect(text).toMatch(/^secmaster_up\{.*\} 0$/m);
    expect(total(text, 'secmaster_workflow_instances_started_total')).toBe(0);
    expect(served.running.stderr()).toMatch(message);
    served.running.child.kill('SIGTERM');
    await served.running.ended;

    copyFileSync(`${file}.backup`, file);
    for (const end of ['-wal', '-shm']) rmSync(file + end, { force: true });
    served = await serve(args);
    const mended = await polledAgain(served);
    expect(differences(mended, await simulated.truthOf(mended, sinceMs, lookbackMs), Number.POSITIVE_INFINITY)).toEqual(
      [],
    );
  },
  90_000,
);

const created = (text: string) => sampleValue(text, 'secmaster_exporter_ledger_created_timestamp_seconds');
const started = (text: string) => total(text, 'secmaster_workflow_instances_started_total');

/** An exporter that has counted something, and its ledger. */
async function counting() {
  const simulated = await startSimulator();
  const folder = temporaryFolder();
  const args = [`--config.file=${writeConfig(simulated, folder, { credentials: byPassword })}`];
  const file = join(folder, 'ledger', 'secmaster.db');
  const served = await serve(args);
  await eventually(async () => created(await served.get('/metrics')), 'a ledger', served.running);
  await simulated.turn(10 * 60_000);
  const text = await polledAgain(served);
  expect(started(text)).toBeGreaterThan(0);
  const stop = async (now: Served, signal: 'SIGTERM' | 'SIGKILL') => {
    now.running.child.kill(signal);
    await now.running.ended;
  };
  const expectRight = async (now: string) => {
    const truth = await simulated.truthOf(now, ledgerCreatedMs(file), lookbackMs);
    expect(differences(now, truth, Number.POSITIVE_INFINITY)).toEqual([]);
  };
  return { simulated, served, file, text, stop, start: () => serve(args), expectRight };
}

/** Polls fail because of the ledger, it is logged once, and the last numbers are served. */
async function expectRefused(served: Served, before: string, message: RegExp): Promise<void> {
  const text = await refusedByLedger(served);
  expect(text).toMatch(/^secmaster_up\{.*\} 0$/m);
  expect([started(text), created(text)]).toEqual([started(before), created(before)]);
  const failures = (one: string) =>
    sampleValue(one, 'secmaster_exporter_poll_failures_total', { reason: 'ledger' }) ?? 0;
  await eventually(async () => failures(await served.get('/metrics')) >= failures(text) + 2 || undefined, 'more polls');
  const lines = served.running.stderr().split('\n');
  expect(lines.filter((line) => message.test(line))).toHaveLength(1);
  expect(lines.find((line) => message.test(line))).toContain('"poll failed"');
}

test('a ledger that is moved away while the exporter runs is continued when it is back; one that is removed begins anew after a restart, which says so', async () => {
  const { simulated, served, file, text, stop, start, expectRight } = await counting();
  renameSync(file, `${file}.away`);
  await simulated.turn(10 * 60_000);
  await expectRefused(served, text, /was removed, or its folder was renamed.*: move it back/);
  expect(existsSync(file)).toBe(false);
  renameSync(`${file}.away`, file);
  const back = await polledAgain(served);
  expect(created(back)).toBe(created(text));
  await expectRight(back);

  rmSync(file);
  await simulated.turn(60_000);
  await stop(served, 'SIGKILL');
  const again = await start();
  const anew = await polledAgain(again);
  expect(created(anew)).toBeGreaterThan(created(text) ?? Number.POSITIVE_INFINITY);
  expect(again.running.stderr()).toMatch(/"level":"warn".*"ledger created; counters start now"/);
  await expectRight(anew);
}, 90_000);

test.each(inForm<('SIGKILL' | 'SIGTERM')[]>(['SIGKILL'], ['SIGKILL', 'SIGTERM']))(
  'a ledger that is emptied while the exporter runs is no new one after %s',
  async (signal) => {
    const { served, file, text, stop, start } = await counting();
    truncateSync(file);
    await expectRefused(served, text, /was emptied or cut short while the exporter was running/);
    await stop(served, signal);
    const again = await start();
    expect(await refusedByLedger(again)).toMatch(/^secmaster_up\{.*\} 0$/m);
    expect(again.running.stderr()).toMatch(/the file is empty \(0 bytes\).*or delete it to start counting from 0/);
    expect(statSync(file).size).toBe(0);
  },
  90_000,
);

const restorations: [string, (backup: string, file: string) => void, RegExp][] = [
  ['copied over', copyFileSync, /while the exporter was running/],
  ['moved in place of', renameSync, /another file was put in place of the ledger/],
];

test.each(inForm(restorations.slice(0, 1), restorations))(
  'a backup that is %s the ledger while the exporter runs is continued after a restart',
  async (_, restore, message) => {
    const { simulated, served, file, stop, start, expectRight } = await counting();
    await stop(served, 'SIGTERM');
    copyFileSync(file, `${file}.backup`);
    const running = await start();
    await simulated.turn(10 * 60_000);
    const before = await polledAgain(running);
    restore(`${file}.backup`, file);
    await expectRefused(running, before, message);
    await stop(running, 'SIGKILL');
    const after = await polledAgain(await start());
    expect(created(after)).toBe(created(before));
    await expectRight(after);
  },
  90_000,
);

test('a ledger with sums that no number holds, as an earlier exporter left it, is mended and goes on', async () => {
  const { simulated, served, file, text, stop, start } = await counting();
  await stop(served, 'SIGTERM');
  {
    using db = new DatabaseSync(file);
    const large = Number.MAX_SAFE_INTEGER;
    db.exec(`UPDATE counter SET value = 2 * ${large} WHERE counter = 'retries'; UPDATE gauge SET retries = 2 * ${large};
      UPDATE cell SET retries = 2 * ${large}; UPDATE instance SET retry_count = ${large}, counted_retries = ${large}`);
  }
  await simulated.turn(10 * 60_000);
  const again = await start();
  const after = await polledAgain(again);
  expect(started(after)).toBeGreaterThan(started(text));
  expect(total(after, 'secmaster_workflow_recent_retries')).toBeLessThan(1_000);
  expect(again.running.stderr()).toContain('numbers in the ledger were out of bounds; their counts begin anew');
  await stop(again, 'SIGTERM');
  const once = await start();
  await polledAgain(once);
  expect(once.running.stderr()).not.toContain('out of bounds');
}, 90_000);
