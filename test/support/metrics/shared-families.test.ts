import { expect, test } from 'vitest';
import { exporterProcess, families } from '../../../src/metrics/families.ts';
import { parseExposition } from './exposition.ts';
import { differingLines, ofWorkspace, sharedFamilies } from './shared-families.ts';

test('all families are shared, but for those of the process and its leases', () => {
  const own = [...Object.values(exporterProcess).map(({ name }) => name), 'secmaster_exporter_lease'];
  const names = [...families.map(({ name }) => name), ...own, 'process_cpu_seconds_total', 'nodejs_version_info'];
  const text = names.map((name) => `# HELP ${name} Help.\n# TYPE ${name} gauge\n${name} 1\n`).join('');
  const shared = families.map(({ name }) => name).filter((name) => !own.includes(name));
  expect(parseExposition(sharedFamilies(text)).map(({ name }) => name)).toEqual(shared);
  expect(sharedFamilies(text)).toMatch(new RegExp(`^(# HELP .+\n# TYPE .+\n.+\n?){${shared.length}}$`));
});

test('what differs is told from both sides', () => {
  expect(differingLines('a 1\nb 2', 'a 1\nb 3')).toEqual(['- b 2', '+ b 3']);
  expect(differingLines('a 1', 'a 1')).toEqual([]);
});

test('a workspace has its own samples alone', () => {
  const text = 'a{workspace="one",x="y"} 1\na{workspace="one"} 2\na{workspace="one-2"} 3';
  expect(ofWorkspace(text, 'one')).toBe('a{workspace="one",x="y"} 1\na{workspace="one"} 2');
});
