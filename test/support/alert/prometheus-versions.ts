import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { prometheusSuites, suiteFolder } from '../../tools/prometheus-suites.ts';
import { isInstalled, programFile } from '../../tools/system-parts.ts';

/** A Prometheus that is there: its version, such as `2.53.3`, and the paths of its programs. */
export interface PrometheusVersion {
  readonly version: string;
  readonly prometheus: string;
  readonly promtool: string;
}

/** The system's, and those that test/tools/install.ts has unpacked beside it; the oldest first, none twice. */
export function prometheusVersions(): PrometheusVersion[] {
  const found = new Map<string, PrometheusVersion>();
  const add = (prometheus: string, promtool: string) => {
    const version = versionOf(promtool);
    if (!found.has(version)) found.set(version, { version, prometheus, promtool });
  };
  if (isInstalled('prometheus') && isInstalled('promtool')) add(programFile('prometheus'), programFile('promtool'));
  for (const folder of prometheusSuites.map(({ suite }) => suiteFolder(suite))) {
    if (isInstalled('promtool', [folder])) add(join(folder, 'prometheus'), join(folder, 'promtool'));
  }
  return [...found.values()].sort((a, b) => a.version.localeCompare(b.version, 'en', { numeric: true }));
}

function versionOf(program: string): string {
  const text = execFileSync(program, ['--version'], { encoding: 'utf8' });
  const version = /version (\d+(?:\.\d+)*)/.exec(text)?.[1];
  if (version === undefined) throw new Error(`${program} --version names no version: ${text}`);
  return version;
}
