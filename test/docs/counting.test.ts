import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { assumptionsOf } from '../../src/model/profile.ts';
import { maxPollRequests } from '../../src/poll/bound.ts';
import { maxProbeRequests } from '../../src/poll/profile/probe.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8').replaceAll(/\s+/g, ' ');
const counting = read('docs/counting.md');

test('the documents state the bounds of the code', () => {
  const bound = maxPollRequests.toLocaleString('en');
  expect(counting).toContain(`a poll makes at most ${bound} requests`);
  expect(counting).toContain(`${maxProbeRequests} requests at most`);
  expect(read('docs/operating.md')).toContain(`A poll makes at most [${bound}](`);
  expect(read('docs/upgrading.md')).toContain(`${maxProbeRequests} requests at most`);
  expect(read('CHANGELOG.md')).toContain(`in at most ${maxProbeRequests} requests`);
});

test('each assumption has a row that says what the exporter does if it does not hold', () => {
  const finding = <Value>(value: Value) => ({ value, learnedMs: 0, how: '' });
  const all = assumptionsOf({
    page: finding({ rows: 100, limit: 100 }),
    offset: finding('honoured'),
    depth: finding(10_000),
    order: finding('update_time'),
    count: finding('exact'),
    dates: finding('unusable'),
    idFilter: finding('honoured'),
    statusFilter: finding('honoured'),
  });
  const rows = [...counting.matchAll(/\| `(\w+_\w+)` \|/g)].map(([, name]) => name);
  expect(rows).toEqual(all.map(({ name }) => name));
});
