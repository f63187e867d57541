import { expect, test, vi } from 'vitest';
import { missingSuites, suiteFolder } from './prometheus-suites.ts';

test.each([
  { sentence: 'all are missing where there is no Prometheus', versions: [], missing: ['bookworm', 'trixie', 'forky'] },
  { sentence: "the system's stands for that of its suite", versions: ['2.42.0'], missing: ['trixie', 'forky'] },
  {
    sentence: 'one that is in between stands for none',
    versions: ['2.45.0', '2.53.3', '3.5.3'],
    missing: ['bookworm'],
  },
  { sentence: 'any of Prometheus 3 stands for the newest', versions: ['2.42.0', '2.53.3', '3.11.0'], missing: [] },
  {
    sentence: 'a version is compared number by number',
    versions: ['2.4.2', '2.53.3', '31.0.0'],
    missing: ['bookworm', 'forky'],
  },
])('$sentence', ({ versions, missing }) => {
  expect(missingSuites(versions).map(({ suite }) => suite)).toEqual(missing);
});

test.each([
  { sentence: 'in the cache of the user', cache: '/caches', folder: '/caches/secmaster-exporter/prometheus/trixie' },
  {
    sentence: 'in ~/.cache where the user names none',
    cache: '',
    folder: '/home/soc/.cache/secmaster-exporter/prometheus/trixie',
  },
])('programs are $sentence', ({ cache, folder }) => {
  vi.stubEnv('XDG_CACHE_HOME', cache);
  vi.stubEnv('HOME', '/home/soc');
  expect(suiteFolder('trixie')).toBe(folder);
});
