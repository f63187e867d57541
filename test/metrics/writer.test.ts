import fc from 'fast-check';
import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import type { Declaration, Sample } from '../../src/metrics/family.ts';
import {
  contentTypes,
  createSampleWriter,
  ends,
  type Format,
  familyEnds,
  familyStart,
} from '../../src/metrics/writer.ts';
import { writableLabel } from '../../src/model/text.ts';

type Written = Pick<Declaration, 'name' | 'type' | 'help'>;

function write(format: Format, family: Written, workspace: string, samples: readonly Sample[]): string {
  return familyStart(format, family) + samples.map(createSampleWriter(format, family, workspace)).join('');
}

describe('a line', () => {
  const gauge = { name: 'a_gauge', type: 'gauge', help: 'Help.' } as const;
  const counter = { name: 'a_total', type: 'counter', help: 'Help.' } as const;
  const histogram = { name: 'a_seconds', type: 'histogram', help: 'Help.' } as const;
  const exemplar = { labels: { instance_id: 'i"1' }, value: 0.5, timestamp: 1.5 };

  test.each<[string, Format, Written, Sample, string]>([
    [
      'has the workspace before the other labels',
      'text',
      gauge,
      { labels: { b: '2', a: '1' }, value: 1 },
      'a_gauge{workspace="w",b="2",a="1"} 1',
    ],
    [
      'escapes quotes, backslashes and newlines',
      'text',
      gauge,
      { labels: { a: '"\\\n🔥' }, value: 1 },
      'a_gauge{workspace="w",a="\\"\\\\\\n🔥"} 1',
    ],
    ['has a large value with an exponent', 'text', gauge, { labels: {}, value: 1e21 }, 'a_gauge{workspace="w"} 1e+21'],
    ['has a small value with an exponent', 'text', gauge, { labels: {}, value: 1e-7 }, 'a_gauge{workspace="w"} 1e-7'],
    [
      'has a value without end',
      'text',
      gauge,
      { labels: {}, value: Number.POSITIVE_INFINITY },
      'a_gauge{workspace="w"} +Inf',
    ],
    [
      'of a counter ends in _total in the text format',
      'text',
      counter,
      { labels: {}, value: 1 },
      'a_total{workspace="w"} 1',
    ],
    [
      'of a counter ends in _total in OpenMetrics',
      'openmetrics',
      counter,
      { labels: {}, value: 1 },
      'a_total{workspace="w"} 1',
    ],
    [
      'of a bucket ends in le, and has its exemplar in OpenMetrics',
      'openmetrics',
      histogram,
      { suffix: '_bucket', labels: { a: '1' }, le: '+Inf', value: 1, exemplar },
      'a_seconds_bucket{workspace="w",a="1",le="+Inf"} 1 # {instance_id="i\\"1"} 0.5 1.5',
    ],
    [
      'of a bucket has no exemplar in the text format',
      'text',
      histogram,
      { suffix: '_bucket', labels: { a: '1' }, le: '0.5', value: 1, exemplar },
      'a_seconds_bucket{workspace="w",a="1",le="0.5"} 1',
    ],
  ])('%s', (_, format, family, sample, expected) => {
    expect(createSampleWriter(format, family, 'w')(sample)).toBe(`${expected}\n`);
  });
});

test.each<[string, Format, string]>([
  ['with its _total in the text format', 'text', 'a_total'],
  ['without it in OpenMetrics', 'openmetrics', 'a'],
])('a counter is declared %s', (_, format, name) => {
  const family = { name: 'a_total', type: 'counter', help: 'One\\two\nthree.' } as const;
  expect(familyStart(format, family)).toBe(`# HELP ${name} One\\\\two\\nthree.\n# TYPE ${name} counter\n`);
});

const value = fc.oneof(fc.double(), fc.integer());
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('"', '\\', '\n', 'n', '隔', '🔥') }),
);
const name = fc.stringMatching(/^[a-z_]+$/).filter((one) => one !== 'workspace' && one !== 'le' && one !== '__proto__');
/** What a label may be; prom-client writes anything. */
const writable = text.map(writableLabel);
const labels = fc.dictionary(name, writable, { maxKeys: 3 });
const exemplar = fc.record({ labels: fc.record({ instance_id: writable }), value, timestamp: value });
const plain = fc.record({ labels, value });
const bucket = fc.record(
  { labels, value, suffix: fc.constant('_bucket' as const), le: fc.constantFrom('0.5', '10', '+Inf'), exemplar },
  { requiredKeys: ['labels', 'value', 'suffix', 'le'] },
);
const sum = fc.record({ labels, value, suffix: fc.constantFrom('_sum' as const, '_count' as const) });
/** Samples of one series have one object of labels, as those of the ledger. */
const series = fc.tuple(labels, fc.array(bucket)).map(([of, all]) => all.map((one) => ({ ...one, labels: of })));
const buckets = fc.array(fc.oneof(fc.tuple(bucket), fc.tuple(sum), series)).map((all): Sample[] => all.flat());
const family = (type: Declaration['type'], name: string, samples: fc.Arbitrary<Sample[]>) =>
  fc.record({ family: fc.record({ type: fc.constant(type), name: fc.constant(name), help: text }), samples });
const exposition = fc.record({
  workspace: writable,
  families: fc.tuple(
    family('gauge', 'a_gauge', fc.array(plain)),
    family('counter', 'a_counter_total', fc.array(plain)),
    family('histogram', 'a_histogram_seconds', buckets),
  ),
});

/** The same by prom-client, which writes the other half of the exposition. */
async function byPromClient(
  format: Format,
  workspace: string,
  families: readonly { readonly family: Written; readonly samples: readonly Sample[] }[],
): Promise<string> {
  const registry = new Registry<(typeof contentTypes)[Format]>();
  registry.setContentType(contentTypes[format]);
  for (const { family, samples } of families) {
    const values = samples.map(({ labels, value, suffix, le, exemplar }) => ({
      labels: { workspace, ...labels, ...(le === undefined ? {} : { le }) },
      value,
      ...(suffix === undefined ? {} : { metricName: family.name + suffix }),
      ...(exemplar === undefined ? {} : { exemplar: { ...exemplar, labelSet: exemplar.labels } }),
    }));
    const metric = { ...family, values, get: async () => metric };
    registry.registerMetric(metric as never);
  }
  return registry.metrics();
}

test.each(['text', 'openmetrics'] as const)(
  'whatever is written in %s, prom-client would write the same',
  async (format) => {
    await fc.assert(
      fc.asyncProperty(exposition, async ({ workspace, families }) => {
        const written = families.map(({ family, samples }) => write(format, family, workspace, samples));
        expect(written.join(familyEnds[format]) + ends[format]).toBe(await byPromClient(format, workspace, families));
      }),
      { numRuns: 500 },
    );
  },
);
