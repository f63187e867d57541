import { expect } from 'vitest';
import { attacks } from '../support/http/attack.ts';
import { scrapesUnder, serveGuarded } from '../support/http/hostile.ts';
import { onLinux } from '../support/process/linux.ts';

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
    expect(await scrapesUnder(some, served, true)).toEqual(Object.fromEntries(names.map((name) => [name, 200])));
    expect(served.running.stderr()).not.toMatch(/"level":[56]0|\n {4}at /);
  },
  120_000,
);
