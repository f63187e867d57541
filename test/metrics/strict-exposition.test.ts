import { describe, expect, test } from 'vitest';
import { excesses, maxValuesOf } from '../support/metrics/bounds.ts';
import { expositionOf, scrapeOf } from '../support/metrics/exposition.ts';
import { report } from '../support/metrics/report.ts';
import { parseStrictly } from '../support/metrics/strict-exposition.ts';

/** The parser that the fuzz lane trusts: each format's rules, one by one. */

const gauge = (line: string) => `# HELP a h\n# TYPE a gauge\n${line}\n`;
const counter = (line: string) => `# HELP a h\n# TYPE a counter\n${line}\n# EOF\n`;
const histogram = (...lines: string[]) =>
  `# HELP a h\n# TYPE a histogram\n${lines.map((line) => `a_${line}\n`).join('')}`;
const whole = ['bucket{le="1"} 1', 'bucket{le="+Inf"} 2', 'sum 3', 'count 2'];

test.each(['text', 'openmetrics'] as const)('takes what the exporter writes, in %s', async (format) => {
  const made = expositionOf();
  await made.update([report()], [1, 10]);
  const families = parseStrictly(await scrapeOf(made, format), format);
  expect(families.length).toBeGreaterThan(20);
  expect(excesses(families, { maxPlaybooks: 1, maxValues: 1, durationBuckets: [1, 10] })).toEqual([]);
});

test('reads labels as they were before they were escaped', () => {
  const [family] = parseStrictly(gauge('a{b="\\"\\\\\\n",c=""} -1.5e3'), 'text');
  expect(family?.samples).toEqual([{ name: 'a', labels: { b: '"\\\n', c: '' }, value: -1500, exemplar: null }]);
});

describe('the text format is refused', () => {
  test.each([
    ['without an end of its last line', '# HELP a h\n# TYPE a gauge\na 1', /no end/],
    ['with a sample before its family', 'a 1\n', /outside of a family/],
    ['with a sample of another family', gauge('b 1'), /not of the family/],
    ['with a family twice', gauge('a 1') + gauge('a 2'), /HELP out of place/],
    ['with a type that there is none of', '# HELP a h\n# TYPE a text\n', /unknown type/],
    ['with a series twice', gauge('a{b="1",c="2"} 1\na{c="2",b="1"} 2'), /series twice/],
    ['with a label twice', gauge('a{b="1",b="2"} 1'), /label b twice/],
    ['with an unknown escape', gauge('a{b="\\t"} 1'), /no value of a label/],
    ['with a quote in a label', gauge('a{b="""} 1'), /no comma/],
    ['with a line break in a label', gauge('a{b="\n"} 1'), /no value of a label/],
    ['with a NUL', gauge('a{b="\0"} 1'), /control character/],
    ['with no value', gauge('a{b="1"}'), /no value/],
    ['with an infinite value', gauge('a +Inf'), /no finite value/],
    ['with a negative count', counter('a_total -1').replace('a_total', 'a').replace('# EOF\n', ''), /negative/],
    ['with an exemplar', gauge('a 1 # {} 1 1'), /more after the value/],
    ['with buckets that fall', histogram('bucket{le="1"} 3', ...whole.slice(1)), /not cumulative/],
    ['with bounds that fall', histogram('bucket{le="2"} 1', ...whole), /le does not rise/],
    ['without the last bucket', histogram('bucket{le="1"} 1', 'sum 3', 'count 1'), /no bucket \+Inf/],
    ['with another count', histogram(...whole.slice(0, 3), 'count 3'), /not the count/],
    ['without a sum', histogram(...whole.slice(0, 2), 'count 2'), /one _sum/],
  ])('%s', (_, text, reason) => {
    expect(() => parseStrictly(text, 'text')).toThrow(reason);
  });
});

describe('OpenMetrics is refused', () => {
  const exemplified = (exemplar: string) =>
    histogram(`bucket{le="1"} 1 # ${exemplar}`, ...whole.slice(1)).concat('# EOF\n');

  test('unless its exemplar is short, prints and lies in its bucket', () => {
    expect(() => parseStrictly(exemplified('{id="x"} 0.5 1784376000.5'), 'openmetrics')).not.toThrow();
  });

  test.each([
    ['without # EOF', gauge('a 1'), /no # EOF/],
    ['with an empty line', counter('a_total 1\n'), /empty line/],
    ['with a counter that is not called _total', counter('a 1'), /not of the family/],
    ['with an exemplar of 129 characters', exemplified(`{id="${'x'.repeat(127)}"} 0.5 1`), /129 characters/],
    ['with an exemplar that does not print', exemplified('{id="é"} 0.5 1'), /does not print/],
    ['with an exemplar of another bucket', exemplified('{id="x"} 1.5 1'), /another bucket/],
    ['with an exemplar without a value', exemplified('{id="x"}'), /no exemplar/],
  ])('%s', (_, text, reason) => {
    expect(() => parseStrictly(text, 'openmetrics')).toThrow(reason);
  });
});

test('more values of a label than its limit allows, and long or odd ones, are told', () => {
  const limits = { maxPlaybooks: 2, maxValues: 2, durationBuckets: [] };
  const samples = (values: readonly string[]) =>
    values.map((playbook) => ({ name: 'secmaster_x', labels: { workspace: 'w', playbook }, value: 1, exemplar: null }));
  const excess = (values: readonly string[]) =>
    excesses([{ name: 'secmaster_x', type: 'gauge', samples: samples(values) }], limits);
  const most = Array.from({ length: maxValuesOf(limits).playbook ?? 0 }, (_, i) => `p${i}`);
  expect(excess(most)).toEqual([]);
  expect(excess([...most, 'more'])).toEqual(['secmaster_x: 7 values of playbook, more than 6']);
  expect(excess(['x'.repeat(201)])).toEqual([expect.stringContaining('playbook of 201')]);
  expect(excess(['a\0'])).toEqual([expect.stringContaining('playbook of 2')]);
});
