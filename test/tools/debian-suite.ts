import { execFile } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { aptGetIn } from './apt-get.ts';

/** Debian signs each suite with keys in it. */
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/**
 * Unpacks the programs of packages of another suite of Debian into a folder. One need not be root: the system's sources, lists and
 * packages stay as they are.
 */
export async function unpackPrograms(suite: string, packages: readonly string[], into: string): Promise<void> {
  mkdirSync(dirname(into), { recursive: true });
  const work = mkdtempSync(`${into}-`);
  try {
    for (const name of ['lists', 'cache']) mkdirSync(join(work, name));
    writeFileSync(join(work, 'sources.list'), `deb [signed-by=${keyring}] ${await debianMirror()} ${suite} main\n`);
    writeFileSync(join(work, 'apt.conf'), settingsIn(work));
    await aptGetIn(work, '-c', 'apt.conf', 'update');
    await aptGetIn(work, '-c', 'apt.conf', 'download', ...packages);
    for (const file of globSync('*.deb', { cwd: work })) await run('dpkg-deb', ['-x', file, 'files'], { cwd: work });
    rmSync(into, { recursive: true, force: true });
    renameSync(join(work, 'files', 'usr', 'bin'), into);
  } finally {
    rmSync(work, { recursive: true });
  }
}

const run = promisify(execFile);

/** The machine's own mirror: whence a package comes that every Debian has. */
async function debianMirror(): Promise<string> {
  const { stdout } = await run('apt-get', ['download', '--print-uris', 'base-files']);
  const mirror = /^'(.+)\/pool\//.exec(stdout)?.[1];
  if (mirror === undefined) throw new Error(`apt names no mirror of Debian: ${stdout}`);
  return mirror;
}

/** Of apt, after the machine's own: all that it knows of packages is in this folder, and it takes nothing that isn't signed. */
const settingsIn = (folder: string) => `
Dir::Etc { SourceList "${folder}/sources.list"; SourceParts "/dev/null"; Preferences "/dev/null"; PreferencesParts "/dev/null"; };
Dir::State::Lists "${folder}/lists";
Dir::Cache "${folder}/cache";
Acquire::AllowInsecureRepositories "false";
APT::Get::AllowUnauthenticated "false";
APT::Update::Error-Mode "any";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
// The user _apt may not write here.
APT::Sandbox::User "root";
`;
