import { expect } from 'vitest';
import { attacks } from '../support/http/attack.ts';
import { scrapesUnder, serveGuarded } from '../support/http/hostile.ts';
import { onLinux } from '../support/process/linux.ts';

onLinux(
  '600 hostile connections from one address keep nobody else out, whatever they do',
  async () => {
    const served = await serveGuarded(false);
    const outcomes = await scrapesUnder(attacks, served, false);
    expect(outcomes).toEqual(Object.fromEntries(Object.keys(attacks).map((name) => [name, 200])));
    expect(served.running.stderr()).not.toMatch(/"level":[56]0|\n {4}at /);
  },
  60_000,
);
