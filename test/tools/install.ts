/** Installs the programs that the lanes named as arguments need, or fails with the line that installs them. */
import { aptGet } from './apt-get.ts';
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
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
