import { stringify } from 'yaml';
import { type Config, configuration } from './config.ts';

/** The configuration in force, as a file with all defaults, and with `<secret>` instead of each secret. */
export function showConfig(config: Config): string {
  return stringify(configuration.show(config));
}
