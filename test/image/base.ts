/**
 * A stand-in for the node image of the Dockerfile where no registry of images is reachable: this machine's Debian
 * packages that a shell and Node.js need, the Node.js of the tests, and this machine's npm with its settings.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const packages =
  'base-passwd coreutils dash libacl1 libatomic1 libattr1 libc6 libgcc-s1 libgmp10 libpcre2-8-0 libselinux1 libssl3 libstdc++6';

/** Where npm in the image keeps its cache. */
export const cacheFolder = '/var/cache/npm';

/** Fills the folder with the root file system. */
export function writeBase(folder: string): void {
  for (const name of ['bin', 'lib', 'lib64', 'sbin']) {
    mkdirSync(join(folder, 'usr', name), { recursive: true });
    symlinkSync(join('usr', name), join(folder, name));
  }
  for (const name of [
    'etc/ssl',
    'root',
    'tmp',
    'var/cache/npm',
    'usr/local/bin',
    'usr/local/etc',
    'usr/local/lib/node_modules',
  ])
    mkdirSync(join(folder, name), { recursive: true });
  copyPackages(folder);
  cpSync(process.execPath, join(folder, 'usr/local/bin/node'));
  copyNpm(folder);
}

function copyPackages(folder: string): void {
  const listed = execFileSync('dpkg-query', ['--listfiles', ...packages.split(' ')], { encoding: 'utf8' }).split('\n');
  const paths = listed
    .filter((path) => path.startsWith('/') && path !== '/.' && !/^\/usr\/share\//.test(path))
    // dpkg knows the places of before /bin, /lib and /sbin were moved into /usr.
    .map((path) => path.replace(/^\/(bin|lib|lib64|sbin)(?=\/|$)/, '/usr/$1').slice(1));
  const input = [...new Set(paths)].sort().join('\n');
  const tar = execFileSync('tar', ['-C', '/', '--no-recursion', '-cf', '-', '-T', '-'], { input, maxBuffer: 2 ** 28 });
  execFileSync('tar', ['-C', folder, '-xf', '-'], { input: tar });
}

/** Of this machine's npm; `null` where nothing is set. */
export function npmSetting(name: string): string {
  return execFileSync('npm', ['config', 'get', name], { encoding: 'utf8' }).trim();
}

function copyNpm(folder: string): void {
  const cli = realpathSync(execFileSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).trim());
  const modules = join(folder, 'usr/local/lib/node_modules');
  cpSync(dirname(dirname(cli)), join(modules, 'npm'), { recursive: true });
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(folder, 'usr/local/bin/npm'));

  const settings = [`registry=${npmSetting('registry')}`, `cache=${cacheFolder}`, 'prefer-offline=true'];
  const authorities = npmSetting('cafile');
  if (authorities !== 'null') {
    cpSync(authorities, join(folder, 'etc/ssl/authorities.pem'), { dereference: true });
    settings.push('cafile=/etc/ssl/authorities.pem');
  }
  writeFileSync(join(folder, 'usr/local/etc/npmrc'), `${settings.join('\n')}\n`);
}
