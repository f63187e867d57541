import { expect } from 'vitest';
import { attacks } from '../support/http/attack.ts';
import { scrapesUnder, serveGuarded } from '../support/http/hostile.ts';
import { onLinux } from '../support/process/linux.ts';

/** 600 connections of each kind, while nothing else runs: a scrape from another address is to be answered within 5 s. */

const answered = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, 200]));
const stackTraceOrBug = /"level":"error"|\n {4}at /;

onLinux(
  '600 hostile connections from one address keep nobody else out, whatever they do',
  async () => {
    const served = await serveGuarded(false);
    expect(await scrapesUnder(attacks, served, false)).toEqual(answered(Object.keys(attacks)));
    expect(served.running.stderr()).not.toMatch(stackTraceOrBug);
  },
  60_000,
);

/** Those that TLS makes dearer for the exporter; each makes hundreds of handshakes. */
const names = [
  'connections that never read',
  'pipelined requests without end',
  'half-open headers',
  'handshakes that never finish',
  'wrong passwords',
] as const;

onLinux(
  'over TLS too, 600 hostile connections from one address keep nobody else out',
  async () => {
    const served = await serveGuarded(true);
    const some = Object.fromEntries(names.map((name) => [name, attacks[name]]));
    expect(await scrapesUnder(some, served, true)).toEqual(answered(names));
    expect(served.running.stderr()).not.toMatch(stackTraceOrBug);
  },
  120_000,
);
