import {
  cpSync,
  globSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashSync } from 'bcryptjs';
import { afterAll, describe, expect, test } from 'vitest';
import { bundle } from '../../scripts/bundle/bundle.ts';
import { licensesOf, packagesOf } from '../../scripts/bundle/packages.ts';
import { sbomOf, sbomOfAll } from '../../scripts/bundle/sbom.ts';
import { eventually, portOf, start } from '../support/process/processes.ts';

const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'secmaster-exporter-bundle-'));
const dist = join(folder, 'dist');
afterAll(() => rmSync(folder, { recursive: true }));
for (const beside of ['package.json', 'docs']) symlinkSync(join(root, beside), join(folder, beside));
const chunks = await bundle(dist);
const packages = packagesOf(chunks.flatMap(({ modules }) => modules));

/** The file of a chunk by its name. */
function fileOf(name: string): string {
  const found = chunks.filter(({ fileName }) => new RegExp(`^${name}-[\\w-]{8}\\.js$`).test(fileName));
  expect(found.length, name).toBe(1);
  return found[0]?.fileName ?? '';
}

/** What is read with a file, itself included. */
function readWith(fileName: string, read = new Set<string>()): ReadonlySet<string> {
  if (read.has(fileName)) return read;
  read.add(fileName);
  for (const name of chunks.find((one) => one.fileName === fileName)?.imports ?? []) readWith(name, read);
  return read;
}

/** The names of the packages in these files. */
function packagesIn(files: ReadonlySet<string>): string[] {
  const modules = chunks.filter(({ fileName }) => files.has(fileName)).flatMap((chunk) => chunk.modules);
  return packagesOf(modules).map(({ name }) => name);
}

describe('the bundle', () => {
  const started = new Set(
    ['main.js', fileOf('program'), fileOf('configured'), fileOf('serve')].flatMap((file) => [...readWith(file)]),
  );

  test('has little that serve reads before it listens', () => {
    const read = packagesIn(started);
    expect(read).toEqual(expect.arrayContaining(['commander', 'hono', 'pino', 'zod']));
    const later = ['@hono/node-server', 'bcryptjs', 'marked', 'pg', 'undici'];
    expect(read.filter((name) => later.includes(name))).toEqual([]);
    const files = chunks.filter(({ fileName }) => started.has(fileName)).flatMap(({ modules }) => modules);
    expect(files.filter((file) => /src\/(simulator\/simulator\.ts|ledger\/postgres\/)/.test(file))).toEqual([]);
    const bytes = [...started].filter((file) => file.endsWith('.js')).map((file) => statSync(join(dist, file)).size);
    expect(bytes.reduce((sum, size) => sum + size)).toBeLessThan(900_000);
  });

  test('leaves the languages of zod out, and what undici has beside requests', () => {
    const files = chunks.flatMap(({ modules }) => modules);
    expect(
      files.filter((file) => /zod\/v4\/locales\/(?!en\.)|undici\/lib\/(mock|cache|web\/websocket)\//.test(file)),
    ).toEqual([]);
  });

  test('has all that the source takes from undici', () => {
    const texts = globSync('src/**/*.ts', { cwd: root }).map((file) => readFileSync(join(root, file), 'utf8'));
    const imported = texts.flatMap((text) => [...text.matchAll(/^import \{(.*)\} from 'undici';$/gm)]);
    const values = imported.flatMap(([, names = '']) => names.split(',').map((name) => name.trim()));
    const replaced: object = createRequire(import.meta.url)('../../scripts/bundle/undici.cjs');
    const missing = values.filter((name) => !name.startsWith('type ') && !(name in replaced));
    expect(values).toContain('Agent');
    expect(missing).toEqual([]);
  });

  test('imports no module of Node.js, which would read all that it exports', () => {
    const names = new Set(chunks.map(({ fileName }) => fileName));
    const others = new Set(chunks.flatMap(({ imports }) => imports).filter((name) => !names.has(name)));
    expect([...others]).toEqual(['node:module']);
    expect(names).toContain('bcrypt-worker.js');
  });

  test('names functions and classes as the source does, for stack traces', () => {
    const text = readFileSync(join(dist, fileOf('program')), 'utf8');
    expect(
      /\bLedgerError=class extends|class LedgerError extends/.test(text) && text.includes('function listenError('),
    ).toBe(true);
  });

  test('comes with the licence of each package whose code it has', () => {
    expect(packages.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['@opentelemetry/api', 'pg-types', 'pgpass', 'prom-client', 'undici', 'yaml', 'zod']),
    );
    expect(packages.filter(({ text }) => text.length < 300 || !/copyright/i.test(text))).toEqual([]);
    const text = licensesOf(packages);
    for (const { name, version, license } of packages) expect(text).toContain(`${name} ${version} (${license})\n`);
  });

  test('has a bill of materials of these packages, and of no others', () => {
    const { metadata, components, dependencies } = sbomOf(sbomOfAll(root), packages);
    expect(metadata.component.name).toBe('secmaster-exporter');
    const refs = packages.map(({ name, version }) => `${name}@${version}`);
    expect(components.map((one) => one['bom-ref']).sort()).toEqual(refs.sort());
    const linked = dependencies.flatMap(({ dependsOn }) => dependsOn);
    expect(linked).toContain('pg-types@2.2.0');
    expect(linked.filter((ref) => !refs.includes(ref))).toEqual([]);
  });
});

test('what the bundle reads later is there: pages, passwords in a thread of their own, and requests', async () => {
  const web = join(folder, 'web.yml');
  writeFileSync(web, `basic_auth_users: { admin: "${hashSync('right', 4)}" }\n`);
  const args = ['demo', '--web.listen-address=127.0.0.1:0', `--web.config.file=${web}`];
  const running = start(process.execPath, [join(dist, 'main.js'), ...args]);
  const port = await portOf(running);
  const statusOf = async (path: string, password: string) => {
    const authorization = `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`;
    return (await fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization } })).status;
  };
  expect(await statusOf('/', 'wrong')).toBe(401);
  for (const path of ['/', '/runbooks/SecMasterDataStale', '/metrics', '/%6detrics'])
    expect(await statusOf(path, 'right'), path).toBe(200);
  const isUp = async () => (await statusOf('/-/ready', 'right')) === 200 || undefined;
  await eventually(isUp, 'a first poll', running);
  running.child.kill('SIGTERM');
  expect(await running.ended).toBe(0);
});

test('a process whose files another version has replaced says so, and is scraped as before', async () => {
  const installed = mkdtempSync(join(folder, 'installed-'));
  for (const beside of ['package.json', 'docs']) symlinkSync(join(root, beside), join(installed, beside));
  cpSync(dist, join(installed, 'dist'), { recursive: true });
  const running = start(process.execPath, [
    join(installed, 'dist', 'main.js'),
    'demo',
    '--web.listen-address=127.0.0.1:0',
  ]);
  const port = await portOf(running);
  const get = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    return { status: response.status, text: await response.text() };
  };
  expect((await get('/metrics')).status).toBe(200);
  for (const file of readdirSync(join(installed, 'dist')).filter((one) => /-[\w-]{8}\.js$/.test(one)))
    rmSync(join(installed, 'dist', file));
  const page = await get('/');
  expect(page).toEqual({ status: 503, text: expect.stringContaining('another version was installed') });
  expect((await get('/metrics')).status).toBe(200);
  running.child.kill('SIGTERM');
  await running.ended;
});
