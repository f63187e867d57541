import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ruleFiles } from '../../scripts/alerts.ts';
import { readRules } from '../support/alert/rules.ts';
import { sampleValue } from '../support/metrics/exposition.ts';
import { serve } from '../support/process/served.ts';
import { accessKey, environmentOf } from '../support/process/simulated.ts';

const docs = join(import.meta.dirname, '..', '..', 'docs');
const files = globSync('{*,runbooks/*}.md', { cwd: docs });
const alerts = new Set(
  ruleFiles()
    .flatMap((file) => readRules(file).groups.flatMap(({ rules }) => rules))
    .flatMap(({ alert }) => alert ?? []),
);
const pathOf = (file: string) => (file.startsWith('runbooks/') ? `/${file}` : `/docs/${file}`).replace('.md', '');

/** An exporter whose polls fail: its pages are there all the same. */
async function served(...args: string[]): Promise<string> {
  const environment = { ...environmentOf('http://127.0.0.1:1'), ...accessKey, SECMASTER_STATE_PATH: ':memory:' };
  return `http://127.0.0.1:${(await serve(args, environment)).port}`;
}

/** A proxy that answers at `/outside` with what the target has at `inside`. */
async function proxy(target: string, inside: string): Promise<string> {
  const server = createServer((incoming, outgoing) => {
    const { url = '', headers } = incoming;
    if (!url.startsWith('/outside')) return void outgoing.writeHead(404).end();
    const { port } = new URL(target);
    const path = `${inside}${url.slice('/outside'.length)}`;
    request({ host: '127.0.0.1', port, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(outgoing);
    }).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Follows every link from here that leads to the same host. @returns the paths that were found, and what is wrong with any link */
async function follow(start: string) {
  const bodies = new Map<string, string>();
  const problems: string[] = [];
  const waiting: (readonly [url: string, from: string])[] = [[start, 'the start']];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const [url, from] = next;
    const [page = '', anchor] = url.split('#');
    if (!bodies.has(page)) {
      const response = await fetch(page);
      const body = await response.text();
      // It is ready only once its first poll has ended.
      if (response.status !== 200 && !page.endsWith('/-/ready')) problems.push(`${from} → ${url}: ${response.status}`);
      bodies.set(page, body);
      if (response.headers.get('content-type')?.startsWith('text/html')) {
        const links = [...body.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, link = '']) => new URL(link, response.url));
        waiting.push(
          ...links.filter(({ host }) => host === new URL(start).host).map(({ href }) => [href, page] as const),
        );
      }
    }
    if (anchor !== undefined && !bodies.get(page)?.includes(`id="${decodeURIComponent(anchor)}"`))
      problems.push(`${from} → ${url}: no such heading`);
  }
  return { paths: [...bodies.keys()].map((url) => new URL(url).pathname), problems };
}

const outside = '--web.external-url=https://soc.example.org/outside';

// People leave out the last slash. A proxy that takes the whole path away hides that, and has to add it.
test.each<[string, string[], string | null, string]>([
  ['directly', [], null, ''],
  ['below the path of the external URL', [`${outside}/`], null, '/outside'],
  ['behind a proxy that keeps the prefix', [outside], '/outside', '/outside'],
  ['behind a proxy that takes the prefix away', [outside, '--web.route-prefix=/'], '', '/outside/'],
  ['behind a proxy that puts another prefix there', [outside, '--web.route-prefix=/inside'], '/inside', '/outside'],
])(
  '%s, every link from the status page on leads somewhere, and to every document',
  async (_, args, inside, start) => {
    const target = await served(...args);
    const { paths, problems } = await follow(`${inside === null ? target : await proxy(target, inside)}${start}`);
    expect(problems).toEqual([]);
    const prefix = start.replace(/\/$/, '');
    expect(paths).toEqual(expect.arrayContaining(files.map((file) => `${prefix}${pathOf(file)}`)));
    expect(paths).toEqual(expect.arrayContaining([`${prefix}/metrics`, `${prefix}/api/v1/status`]));
  },
  60_000,
);

test('the runbook of each alert is there for who knows the external URL, and for who knows only the address', async () => {
  const base = await served('--web.external-url=https://soc.example.org/secmaster/');
  const metrics = await (await fetch(`${base}/secmaster/metrics`)).text();
  const external_url = 'https://soc.example.org/secmaster';
  expect(sampleValue(metrics, 'secmaster_exporter_web_info', { external_url })).toBe(1);
  for (const alert of alerts) {
    for (const url of [`${base}/secmaster/runbooks/${alert}`, `${base}/runbooks/${alert}.md`]) {
      const response = await fetch(url);
      expect([url, response.status]).toEqual([url, 200]);
      expect(await response.text()).toContain(`<h1 id="${alert.toLowerCase()}">${alert}</h1>`);
    }
  }
});

test('every heading and code block of a document is on its page', async () => {
  const base = await served();
  for (const file of files) {
    const markdown = readFileSync(join(docs, file), 'utf8');
    const page = await (await fetch(`${base}${pathOf(file)}`)).text();
    const fences = markdown.match(/^ *```.*?^ *```$/gms) ?? [];
    const headings = markdown.replaceAll(/^ *```.*?^ *```$/gms, '').match(/^#+ .*$/gm) ?? [];
    expect([file, page.match(/<h\d /g)?.length, page.match(/<pre /g)?.length ?? 0]).toEqual([
      file,
      headings.length,
      fences.length,
    ]);
  }
});
