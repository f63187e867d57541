/** Installs the real parts that tests use where they are missing, or says which line installs them. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** A program and the Debian package that has it. */
const parts: readonly (readonly [program: string, debianPackage: string])[] = [
  ['prometheus', 'prometheus'],
  ['promtool', 'prometheus'],
  ['prometheus-alertmanager', 'prometheus-alertmanager'],
  ['amtool', 'prometheus-alertmanager'],
  ['chromium', 'chromium'],
  ['podman', 'podman'],
  ['runc', 'runc'],
  ['systemd-analyze', 'systemd'],
  ['openssl', 'openssl'],
];

function isInstalled(program: string): boolean {
  return (process.env.PATH ?? '').split(':').some((folder) => existsSync(`${folder}/${program}`));
}

const missing = new Set(parts.filter(([program]) => !isInstalled(program)).map(([, debianPackage]) => debianPackage));
if (missing.size > 0) {
  const packages = [...missing];
  const line = `apt-get update && apt-get install --yes --no-install-recommends ${packages.join(' ')}`;
  if (process.getuid?.() !== 0 || !isInstalled('apt-get')) {
    process.stderr.write(`the tests need ${packages.join(', ')}; as root on Debian: ${line}\n`);
    process.exit(1);
  }
  process.stdout.write(`installing ${packages.join(', ')}\n`);
  execFileSync('sh', ['-c', line], {
    // Debian starts a service that it installs; tests start their own.
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
