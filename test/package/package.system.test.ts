import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { sampleValue } from '../support/metrics/exposition.ts';
import { temporaryFolder } from '../support/process/processes.ts';
import { accessKey, environmentOf, startSimulator } from '../support/process/simulated.ts';
import { relativeLinks } from '../support/relative-links.ts';
import { differences } from '../support/world/compare.ts';

const hourMs = 3_600_000;
const root = join(import.meta.dirname, '..', '..');

/** The oldest that `engines` in package.json allows. */
const oldestNode = '24.0.0';

async function run(program: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = process.env) {
  return (await promisify(execFile)(program, args, { cwd, env, maxBuffer: 64 * 1024 * 1024 })).stdout;
}

test('the package is small and runs by npx, without a build, on the oldest Node.js that it allows', async () => {
  const folder = temporaryFolder();
  const [packed] = JSON.parse(await run('npm', ['pack', '--silent', '--json', `--pack-destination=${folder}`], root));
  const files = packed.files.map(({ path }: { path: string }) => path);
  // With the code of all packages that it uses: nothing else is installed.
  expect(packed.size).toBeLessThan(1_150_000);
  expect(files).toEqual(
    expect.arrayContaining([
      'dist/main.js',
      'dist/licenses.txt',
      'dist/sbom.cdx.json',
      'docs/alerts.md',
      'docs/runbooks/SecMasterDataStale.md',
    ]),
  );
  expect(files.filter((path: string) => !isForUsers(path))).toEqual([]);
  const documents = files.filter((path: string) => path.endsWith('.md'));
  expect(documents.flatMap((path: string) => deadLinks(path, files))).toEqual([]);

  const empty = temporaryFolder();
  const install = (...args: readonly string[]) =>
    run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...args], empty);
  await install('--ignore-scripts', join(folder, packed.filename));
  expect(readdirSync(join(empty, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
    'secmaster-exporter',
  ]);
  await install(`node@${oldestNode}`);
  expect(await run('npx', ['--no-install', 'node', '--version'], empty)).toBe(`v${oldestNode}\n`);

  const simulated = await startSimulator({ historyMs: 3 * hourMs, runsPerMinute: 20 });
  const exposition = await run('npx', ['--no-install', 'secmaster-exporter', 'once'], empty, {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    ...environmentOf(simulated.url),
    ...accessKey,
    SECMASTER_LOOKBACK: '2h',
  });
  expect(sampleValue(exposition, 'secmaster_up', { workspace: 'simulated-soc' })).toBe(1);
  // Its clock stands still in the middle of a minute, which may be ahead; nothing has happened since the ledger was created.
  const truth = await simulated.truth(Date.now() + 60_000, 2 * hourMs);
  expect(differences(exposition, truth, 0)).toEqual([]);
}, 180_000);

/** Relative links of a document that lead to nothing in the package. */
function deadLinks(document: string, files: readonly string[]): string[] {
  const paths = relativeLinks(readFileSync(join(root, document), 'utf8')).map((link) => link.replace(/#.*/, ''));
  return paths.flatMap((link) => {
    const path = join(document, '..', link);
    const isThere = link === '' || files.some((file) => file === path || file.startsWith(path.replace(/\/?$/, '/')));
    return isThere ? [] : `${document}: ${link}`;
  });
}

function isForUsers(path: string): boolean {
  return /^(package\.json|[A-Z]+\.md|LICENSE|dist\/([^/]*\.js|licenses\.txt|revision\.txt|sbom\.cdx\.json)|docs\/.*\.md|docs\/pictures\/.*\.webp|alerts\/.*|dashboards\/.*\.(json|yaml))$/.test(
    path,
  );
}
