import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { missingPackages, type SystemPart } from '../tools/system-parts.ts';
import { against, atLeast, type Extent, type Figure, inMs, perSecond } from './figure.ts';
import type { LoadProcess } from './load-process.ts';
import { start, temporaryFolder } from './processes.ts';
import { requests, type Side, scrapeInTurns, startScraped } from './scraped.ts';
import { cpuMsOf } from './usage.ts';

/** The same series from the client libraries of Go and Python, as their users expose them. */

const go = '/usr/bin/go';
const goPath = '/usr/share/gocode';
const python = '/usr/bin/python3';
/** What the peers need, by its path. */
const needed: readonly SystemPart[] = [
  { program: go, debianPackage: 'golang-go' },
  {
    program: `${goPath}/src/github.com/prometheus/client_golang`,
    debianPackage: 'golang-github-prometheus-client-golang-dev',
  },
  { program: '/usr/lib/python3/dist-packages/prometheus_client', debianPackage: 'python3-prometheus-client' },
];

/** The line that installs what is missing; null: nothing is. */
export function missingForPeers(): string | null {
  const missing = missingPackages(needed, existsSync);
  return missing.length === 0 ? null : `apt-get install --yes --no-install-recommends ${missing.join(' ')}`;
}

/** Of Go's client. */
const minOverGo = 2;

export async function measurePeers(extent: Extent): Promise<Figure[]> {
  using folder = temporaryFolder();
  await using scraped = await startScraped(1, extent);
  await using load = start<LoadProcess>('test/bench/load-process.ts');
  const { url, exporter } = scraped;
  const file = join(folder.path, 'exposition.txt');
  const own = ownFamilies(await readText(url));
  writeFileSync(file, own);
  const built = join(folder.path, 'client_golang');
  execFileSync(go, ['build', '-o', built, join(import.meta.dirname, 'peers', 'client_golang.go')], {
    env: { PATH: process.env.PATH, GO111MODULE: 'off', GOPATH: goPath, GOCACHE: join(folder.path, 'cache') },
  });
  await using ofGo = await startPeer(built, [file]);
  await using ofPython = await startPeer(python, [
    join(import.meta.dirname, 'peers', 'prometheus_client_peer.py'),
    file,
  ]);
  for (const peer of [ofGo, ofPython]) {
    const [theirs, all] = [samplesIn(ownFamilies(await readText(peer.url))), samplesIn(own)];
    if (theirs !== all) throw new Error(`${peer.child.spawnfile} serves ${theirs} of ${all} samples`);
  }

  const figures: Figure[] = [];
  for (const [name, headers] of Object.entries(requests)) {
    const sides: Side[] = [
      { target: { url, headers }, cpuMs: () => cpuMsOf(exporter.child) },
      ...[ofGo, ofPython].map((peer) => ({ target: { url: peer.url, headers }, cpuMs: () => cpuMsOf(peer.child) })),
    ];
    const [ours, ...theirs] = await scrapeInTurns(load, sides, extent);
    if (ours === undefined) continue;
    for (const [i, peer] of ['client_golang (Go)', 'prometheus_client (Python)'].entries()) {
      const one = theirs[i] ?? ours;
      const what = `${scraped.series.toLocaleString('en')} series, ${name}, against ${peer}`;
      const shown = [perSecond(one.perSecond), perSecond(ours.perSecond), ours.perSecond / one.perSecond] as const;
      figures.push(
        i === 0
          ? atLeast(`scrape throughput: ${what}`, ...shown, minOverGo)
          : against(`scrape throughput: ${what}`, ...shown),
        against(`CPU of a scrape: ${what}`, inMs(one.cpuMs), inMs(ours.cpuMs), ours.cpuMs / one.cpuMs),
      );
    }
  }
  return figures;
}

async function readText(url: string): Promise<string> {
  return (await fetch(url, { headers: requests['text, plain'] })).text();
}

function samplesIn(exposition: string): number {
  return exposition.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
}

/** The families that polls fill; those of the process are each client's own. */
function ownFamilies(exposition: string): string {
  const lines = exposition.split('\n').filter((line) => /^(?:# (?:HELP|TYPE) )?secmaster_(?!exporter_)/.test(line));
  return `${lines.join('\n')}\n`;
}

/** A program that prints `port 1234` once it serves. */
async function startPeer(command: string, args: readonly string[]) {
  // Python's client would add the time of its creation to each series.
  const child = spawn(command, args, { env: { PROMETHEUS_DISABLE_CREATED_SERIES: 'True' } });
  let output = '';
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const port = /^port (\d+)$/m.exec(output)?.[1];
      if (port !== undefined) resolve(port);
    });
  const ended = once(child, 'exit');
  void ended.then(() => reject(new Error(`${command} has ended\n${output}`)));
  return {
    child,
    url: `http://127.0.0.1:${await promise}/metrics`,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
