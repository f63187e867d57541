import { systemClock } from '../clock.ts';
import { listenError } from '../http/listen-error.ts';
import type { Logger } from '../log.ts';
import { defaultAccessKey, defaultProject, defaultUser, defaultWorkspace } from '../simulator/defaults.ts';
import type { HabitName } from '../simulator/habits.ts';
import { listen } from '../simulator/listen.ts';
import { behaviourOfPresets } from '../simulator/preset-behaviour.ts';
import type { PresetName } from '../simulator/presets.ts';
import { createSimulator, type Simulator } from '../simulator/simulator.ts';
import type { Options } from './command-line.ts';
import { stopSignal } from './stop-signal.ts';

const dayMs = 24 * 3_600_000;
/** Of the busy SOC. */
export const runsPerMinute = 30;

/** A busy SOC with one day of history, or one of these habits with five weeks of it; it continues in real time. */
export function liveSimulator(behaviours: readonly PresetName[], habits: readonly HabitName[]): Simulator {
  const life =
    habits.length === 0
      ? { seed: 1, historyMs: dayMs, runsPerMinute }
      : { seed: 1, historyMs: 35 * dayMs, runsPerMinute: 0, habits: habits.map((habit) => ({ habit })) };
  return createSimulator({
    clock: systemClock,
    behaviour: behaviourOfPresets(behaviours),
    projects: [{ ...defaultProject, workspaces: [{ ...defaultWorkspace, life }] }],
  });
}

/** Runs only the simulated SecMaster, for exporters in other processes, until a signal stops it. */
export async function simulate(options: Options, log: Logger): Promise<void> {
  const { behaviours, habits, listenAddress } = options;
  const { host, port } = listenAddress;
  const { url, close } = await listen(liveSimulator(behaviours, habits), host ?? '0.0.0.0', port).catch((error) => {
    throw listenError(error, listenAddress, '--listen-address');
  });
  log.info({ url, behaviours, ...(habits.length > 0 && { habits }) }, 'simulated SecMaster is listening');
  process.stdout.write(exportLines(url));
  await stopSignal();
  await close();
}

/** What to copy into the shell from which an exporter is started. */
export function exportLines(url: string): string {
  // That of all interfaces is no address to call.
  const origin = url.replace(/\/\/(0\.0\.0\.0|\[::\])(?=:)/, '//127.0.0.1');
  const { domain, user, password } = defaultUser;
  return `# A simulated SecMaster. Copy this into another terminal, and run secmaster-exporter there:
export HUAWEICLOUD_SDK_AK=${defaultAccessKey.ak}
export HUAWEICLOUD_SDK_SK=${defaultAccessKey.sk}
export HUAWEICLOUD_SDK_PROJECT_ID=${defaultProject.id}
export SECMASTER_REGION=${defaultProject.name}
export SECMASTER_WORKSPACE_ID=${defaultWorkspace.id}
export SECMASTER_ENDPOINT=${origin}
export SECMASTER_IAM_ENDPOINT=${origin}
# Instead of the two keys, an IAM user:
# export SECMASTER_IAM_DOMAIN=${domain} SECMASTER_IAM_USER=${user} SECMASTER_IAM_PASSWORD=${password}
`;
}
