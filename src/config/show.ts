import { stringify } from 'yaml';
import { type Config, configuration } from './config.ts';

const { show } = configuration(() => null);

/** The configuration in force, as a file with all defaults, and with `<secret>` instead of each secret. */
export function showConfig(config: Config): string {
  return stringify(show(config));
}
