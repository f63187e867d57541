import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

/** Writes `dist/revision.txt`: which commit the build is of, for secmaster_exporter_build_info. Where git can't tell, REVISION may. */
function revision(): string {
  if (process.env.REVISION) return process.env.REVISION;
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return 'unknown';
  }
}

writeFileSync(new URL('../dist/revision.txt', import.meta.url), `${revision()}\n`);
