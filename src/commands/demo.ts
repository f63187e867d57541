import type { Config } from '../config/config.ts';
import { loadConfig } from '../config/load.ts';
import { formatProblem } from '../config/problems.ts';
import type { Logger } from '../log.ts';
import { version } from '../package-json.ts';
import { defaultAccessKey, defaultProject, defaultWorkspace } from '../simulator/defaults.ts';
import { listen } from '../simulator/listen.ts';
import type { Options } from './command-line.ts';
import { demoBanner } from './demo-banner.ts';
import type { HangUps } from './hang-ups.ts';
import { serve } from './serve.ts';
import { liveSimulator, runsPerMinute } from './simulate.ts';

const pollSeconds = 5;

/** Serves with a simulated SecMaster in this process, and a ledger in memory. @returns the exit code */
export async function demo(options: Options, log: Logger, hangUps: HangUps): Promise<number> {
  const { behaviours, habits, telemetryPath } = options;
  const simulator = await listen(liveSimulator(behaviours, habits), '127.0.0.1', 0);
  log.info({ url: simulator.url, behaviours }, 'simulated SecMaster is listening');
  try {
    const config = await demoConfig(simulator.url);
    const onServing = (url: string | null) =>
      process.stdout.write(demoBanner({ version, url, telemetryPath, pollSeconds, runsPerMinute, habits }));
    return await serve(config, options, { log, hangUps, load: async () => ({ config }), onServing });
  } finally {
    await simulator.close();
  }
}

/** Configured through variables, as a user would do it. */
async function demoConfig(url: string): Promise<Config> {
  const environment = {
    HUAWEICLOUD_SDK_AK: defaultAccessKey.ak,
    HUAWEICLOUD_SDK_SK: defaultAccessKey.sk,
    HUAWEICLOUD_SDK_PROJECT_ID: defaultProject.id,
    SECMASTER_REGION: defaultProject.name,
    SECMASTER_WORKSPACE_ID: defaultWorkspace.id,
    SECMASTER_ENDPOINT: url,
    SECMASTER_IAM_ENDPOINT: url,
    SECMASTER_STATE_PATH: ':memory:',
    SECMASTER_POLL_SCHEDULE: `${pollSeconds}s`,
  };
  const loaded = await loadConfig({ configFile: null, environment });
  if ('problems' in loaded) throw new Error(loaded.problems.map(formatProblem).join('\n'));
  const { config } = loaded;
  // The simulator is in this process, and the user of a demo won't wait.
  return {
    ...config,
    poll: { ...config.poll, rateLimit: 200 },
    metrics: { ...config.metrics, newSeriesHoldMs: 5_000 },
  };
}
