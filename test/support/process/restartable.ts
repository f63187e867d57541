import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './processes.ts';
import { serve } from './served.ts';

/** An exporter that polls each second, and that can be ended and started again with its ledger and port. */
export interface Restartable {
  readonly port: number;
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  startAgain(): Promise<void>;
}

export async function startRestartable(workspaces: readonly object[]): Promise<Restartable> {
  const folder = temporaryFolder();
  const file = join(folder, 'config.yml');
  const config = {
    poll: { schedule: '* * * * * *', lookback: '2h', rate_limit: 200, concurrency: 8 },
    state: { path: join(folder, 'secmaster.db') },
    metrics: { new_series_hold: '1600ms' },
    workspaces,
  };
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(config));
  let served = await serve([`--config.file=${file}`]);
  const { port } = served;
  return {
    port,
    async end(signal) {
      served.running.child.kill(signal);
      await served.running.ended;
    },
    async startAgain() {
      served = await serve([`--config.file=${file}`, `--web.listen-address=127.0.0.1:${port}`]);
    },
  };
}
