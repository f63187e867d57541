import type { Options } from './command-line.ts';
import { configured } from './configured.ts';

/** Reads the configuration and says what is wrong with it. @returns the exit code */
export async function check(options: Options): Promise<number> {
  if (options.online) {
    process.stderr.write('check --online is not supported yet\n');
    return 2;
  }
  const config = configured(options);
  if (config === null) return 1;
  process.stdout.write(
    `${options.configFile ?? 'the environment'}: ${config.workspaces.length} workspace(s), no problems\n`,
  );
  return 0;
}
