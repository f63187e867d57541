import { setTimeout as sleep } from 'node:timers/promises';
import { total } from '../support/metrics/exposition.ts';
import { type Folder, type Process, start, startExporter } from './processes.ts';
import type { SecMasterProcess } from './secmaster-process.ts';
import { writeConfig } from './site.ts';

/** Exporters as users start them, at a simulated SecMaster, all of one configuration. */
export interface Live extends AsyncDisposable {
  /** Waits until each workspace has been polled so many times more; what one of these polls has taken. */
  polled(rounds: number): Promise<Polled>;
  /** So many runs of each workspace end. */
  finishRuns(runs: number): Promise<void>;
  shown(): Promise<Shown>;
}

export interface Polled {
  readonly polls: number;
  /** Of all exporters. */
  readonly cpuMs: number;
  readonly requests: number;
}

export interface Shown {
  readonly series: number;
  readonly bytes: number;
  /** Of the largest exporter. */
  readonly rss: number;
}

export interface LiveSite {
  readonly workspaces: number;
  readonly exporters: number;
  readonly folder: Folder;
  readonly history: { readonly instances: number; readonly playbooks: number; readonly nowMs: number };
  readonly intervalMs: number;
  /** A section of the configuration. */
  readonly state?: object;
}

/** One format is rendered, as for one Prometheus. */
const headers = { accept: 'text/plain', 'accept-encoding': 'gzip' };

export async function startLive(site: LiveSite): Promise<Live> {
  const { workspaces, history, folder, intervalMs } = site;
  await using started = new AsyncDisposableStack();
  const args = [workspaces, history.instances, history.playbooks, history.nowMs].map(String);
  const secmaster = started.use(start<SecMasterProcess>('test/bench/secmaster-process.ts', args));
  const url = await secmaster.call('url', undefined);
  const config = writeConfig({
    url,
    workspaces,
    folder: folder.path,
    schedule: `${intervalMs / 1_000}s`,
    ...(site.state && { state: site.state }),
  });
  const exporters: { readonly exporter: Process<Record<string, never>>; readonly port: number }[] = [];
  for (let i = 0; i < site.exporters; i++) {
    const one = await startExporter([`--config.file=${config}`, '--web.listen-address=127.0.0.1:0'], {});
    started.use(one.exporter);
    exporters.push(one);
  }
  const scrape = async () =>
    Promise.all(
      exporters.map(async ({ port }) => (await fetch(`http://127.0.0.1:${port}/metrics`, { headers })).text()),
    );
  const sum = (texts: readonly string[], name: string) => texts.reduce((all, text) => all + total(text, name), 0);
  const largest = (texts: readonly string[], name: string) => Math.max(...texts.map((text) => total(text, name)));
  const spent = async () => {
    const texts = await scrape();
    if (sum(texts, 'secmaster_exporter_poll_failures_total') > 0)
      throw new Error(`polls fail\n${exporters.map(({ exporter }) => exporter.output()).join('\n')}`);
    return {
      polls: largest(texts, 'secmaster_exporter_polls_total'),
      cpuMs: 1_000 * sum(texts, 'process_cpu_seconds_total'),
      requests: sum(texts, 'secmaster_exporter_api_requests_total'),
    };
  };
  const all = started.move();
  return {
    async polled(rounds) {
      const before = await spent();
      for (;;) {
        await sleep(intervalMs / 5);
        const now = await spent();
        const polls = now.polls - before.polls;
        if (polls < rounds * workspaces) continue;
        return {
          polls,
          cpuMs: (now.cpuMs - before.cpuMs) / polls,
          requests: (now.requests - before.requests) / polls,
        };
      }
    },
    finishRuns: (runs) => secmaster.call('finishNext', runs),
    async shown() {
      const texts = await scrape();
      const [text = ''] = texts;
      return {
        series: text.split('\n').filter((line) => line.startsWith('secmaster_')).length,
        bytes: text.length,
        rss: largest(texts, 'process_resident_memory_bytes'),
      };
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}
