import { homedir } from 'node:os';
import { join } from 'node:path';

/** A suite of Debian, and what the version of its Prometheus begins with. */
export interface PrometheusSuite {
  readonly suite: string;
  readonly version: string;
  readonly packages: readonly string[];
}

/** The versions on which the rules promise the same. */
export const prometheusSuites: readonly PrometheusSuite[] = [
  { suite: 'bookworm', version: '2.42.', packages: ['prometheus'] },
  { suite: 'trixie', version: '2.53.', packages: ['prometheus', 'promtool'] },
  { suite: 'forky', version: '3.', packages: ['prometheus', 'promtool'] },
];

/** Where the programs of a suite are, beside those of the system. */
export function suiteFolder(suite: string): string {
  const caches = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(caches, 'secmaster-exporter', 'prometheus', suite);
}

/** Those of which no version is there. */
export function missingSuites(versions: readonly string[]): PrometheusSuite[] {
  return prometheusSuites.filter(({ version }) => !versions.some((one) => one.startsWith(version)));
}
