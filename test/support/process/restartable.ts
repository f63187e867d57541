import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, temporaryFolder } from './processes.ts';
import { serve } from './served.ts';

/** An exporter that polls each second, and that can be ended and started again with its ledger and port. */
export interface Restartable {
  readonly port: number;
  /** As Prometheus calls it. */
  readonly instance: string;
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  startAgain(): Promise<void>;
  /** Resolves once each workspace has been polled. */
  polledAll(): Promise<void>;
  /** Its file is lost, while the exporter is down. */
  loseLedger(): void;
}

/** @param state of the configuration, where the ledger is no file of its own */
export async function startRestartable(
  workspaces: readonly object[],
  { metrics = {}, state }: { readonly metrics?: object; readonly state?: object } = {},
): Promise<Restartable> {
  const folder = temporaryFolder();
  const file = join(folder, 'config.yml');
  const ledger = join(folder, 'ledger');
  const config = {
    poll: { schedule: '* * * * * *', lookback: '2h', rate_limit: 200, concurrency: 8 },
    state: state ?? { path: join(ledger, 'secmaster.db') },
    metrics: { new_series_hold: '1600ms', ...metrics },
    workspaces,
  };
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(config));
  let served = await serve([`--config.file=${file}`]);
  const { port } = served;
  return {
    port,
    instance: `127.0.0.1:${port}`,
    async end(signal) {
      served.running.child.kill(signal);
      await served.running.ended;
    },
    async startAgain() {
      served = await serve([`--config.file=${file}`, `--web.listen-address=127.0.0.1:${port}`]);
    },
    async polledAll() {
      const isReady = async () => ((await served.get('/-/ready')).includes('is ready') ? true : undefined);
      await eventually(isReady, 'a poll of each workspace', served.running);
    },
    loseLedger: () => rmSync(ledger, { recursive: true }),
  };
}
