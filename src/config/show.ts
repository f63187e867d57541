import { stringify } from 'yaml';
import { type Config, configuration } from './config.ts';

const { show } = configuration(() => null);

/** The configuration in force as a file would say it, every default filled in and every secret as `<secret>`. */
export function showConfig(config: Config): string {
  return stringify(show(config));
}
