import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { total } from '../support/metrics/exposition.ts';
import type { Extent, Figure } from './figure.ts';
import { start, startExporter, temporaryFolder } from './processes.ts';
import type { SecMasterProcess } from './secmaster-process.ts';
import { seedLedger } from './seed.ts';
import { ledgerOf, writeConfig } from './site.ts';

const playbooks = 10;
/** Runs of a workspace in its last day. */
const aDay = 300;
const intervalMs = 15_000;
/** Ended runs of each workspace between two polls. */
const runs = 10;
/** One format is rendered, as for one Prometheus. */
const headers = { accept: 'text/plain', 'accept-encoding': 'gzip' };

/** What an exporter of many workspaces takes, as a user starts it: the figures of docs/scaling.md. */
export async function measureScaling({ workspaces }: Extent): Promise<Figure[]> {
  const few = await measure(Math.ceil(workspaces / 4));
  const many = await measure(workspaces);
  const row = (what: string, of: (measured: Measured) => number, unit = '', digits = 1): Figure => ({
    what,
    floor: `${of(few).toFixed(digits)}${unit} with ${few.workspaces} workspaces`,
    measured: `${of(many).toFixed(digits)}${unit} with ${many.workspaces}`,
    ratio: of(many) / of(few),
    goal: 'none',
    isReached: null,
  });
  return [
    row('series', ({ series }) => series, '', 0),
    row('/metrics, plain', ({ bytes }) => bytes / 1e6, ' MB'),
    row('memory (RSS)', ({ rss }) => rss / 1e6, ' MB', 0),
    row('ledger of a run', ({ ledgerBytes, workspaces }) => ledgerBytes / workspaces / aDay, ' B', 0),
    row('CPU of a poll in which nothing has changed', ({ quiet }) => quiet.cpuMs, ' ms'),
    row(`CPU of a poll with ${runs} ended runs`, ({ busy }) => busy.cpuMs, ' ms'),
    row('requests of a poll in which nothing has changed', ({ quiet }) => quiet.requests, '', 2),
    row(`requests of a poll with ${runs} ended runs`, ({ busy }) => busy.requests, '', 2),
  ];
}

type Measured = Awaited<ReturnType<typeof measure>>;

async function measure(workspaces: number) {
  using folder = temporaryFolder();
  const history = { instances: aDay, playbooks, nowMs: Date.now() };
  await seedLedger(folder.path, workspaces, history);
  const ledgerBytes = statSync(ledgerOf(folder.path)).size;
  const args = [workspaces, aDay, playbooks, history.nowMs].map(String);
  await using secmaster = start<SecMasterProcess>('test/bench/secmaster-process.ts', args);
  const url = await secmaster.call('url', undefined);
  const config = writeConfig({ url, workspaces, folder: folder.path, schedule: `${intervalMs / 1_000}s` });
  const { exporter, port } = await startExporter([`--config.file=${config}`, '--web.listen-address=127.0.0.1:0'], {});
  await using _exporter = exporter;

  const scrape = async () => {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`, { headers })).text();
    return {
      text,
      polls: total(text, 'secmaster_exporter_polls_total'),
      requests: total(text, 'secmaster_exporter_api_requests_total'),
      cpuMs: 1_000 * total(text, 'process_cpu_seconds_total'),
    };
  };
  /** Once there have been so many polls of each workspace more, what one of these has taken. */
  const polled = async (rounds: number) => {
    const before = await scrape();
    for (;;) {
      await sleep(intervalMs / 5);
      const { polls, cpuMs, requests, text } = await scrape();
      if (total(text, 'secmaster_exporter_poll_failures_total') > 0) throw new Error(exporter.output());
      const more = polls - before.polls;
      if (more < rounds * workspaces) continue;
      return { cpuMs: (cpuMs - before.cpuMs) / more, requests: (requests - before.requests) / more };
    }
  };
  // The first polls learn how SecMaster behaves, and ask for playbooks.
  await polled(2);
  const quiet = await polled(2);
  await secmaster.call('finishNext', runs);
  const busy = await polled(1);
  const { text } = await scrape();
  return {
    workspaces,
    ledgerBytes,
    series: text.split('\n').filter((line) => line.startsWith('secmaster_')).length,
    bytes: text.length,
    rss: total(text, 'process_resident_memory_bytes'),
    quiet,
    busy,
  };
}
