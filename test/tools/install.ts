/** Installs the programs that the lanes named as arguments need, or fails with the line that installs them. */
import { prometheusVersions } from '../support/alert/prometheus-versions.ts';
import { aptGet } from './apt-get.ts';
import { unpackPrograms } from './debian-suite.ts';
import { missingSuites, suiteFolder } from './prometheus-suites.ts';
import { isInstalled, missingPackages, systemParts } from './system-parts.ts';
import { withoutServices } from './without-services.ts';

const lanes = process.argv.slice(2);
const parts = Object.entries(systemParts).flatMap(([lane, ofLane]) => (lanes.includes(lane) ? ofLane : []));
const missing = missingPackages(parts, isInstalled);
const install = ['install', '--yes', '--no-install-recommends', ...missing];

try {
  if (missing.length > 0) {
    if (process.getuid?.() !== 0 || !isInstalled('apt-get')) {
      throw new Error(
        `The tests need ${missing.join(', ')}. As root on Debian: apt-get update && apt-get ${install.join(' ')}`,
      );
    }
    process.stdout.write(`Installing ${missing.join(', ')}\n`);
    await aptGet('update');
    await withoutServices(() => aptGet(...install));
  }
  if (lanes.includes('system')) await installPrometheuses();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}

/** Beside the system's Prometheus, for whoever runs the tests. */
async function installPrometheuses(): Promise<void> {
  const missing = () => missingSuites(prometheusVersions().map(({ version }) => version));
  for (const { suite, packages } of missing()) {
    process.stdout.write(`Unpacking the Prometheus of Debian's ${suite} into ${suiteFolder(suite)}\n`);
    await unpackPrograms(suite, packages, suiteFolder(suite)).catch((error: Error) => {
      throw new Error(
        `${error.message}\nThe tests need the Prometheus of Debian's ${suite}. ` +
          'On Debian, with a network: apt-get update && node test/tools/install.ts system',
      );
    });
  }
  for (const { suite, version } of missing()) {
    throw new Error(
      `The Prometheus of Debian's ${suite} is no longer ${version}x: change its version in test/tools/prometheus-suites.ts`,
    );
  }
}
