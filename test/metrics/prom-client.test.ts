import fc from 'fast-check';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import type { Family } from '../../src/metrics/families.ts';
import { contentTypes, ends, type Format, renderSlices } from '../../src/metrics/prom-client.ts';
import type { Collected, Sample } from '../../src/metrics/samples.ts';

const value = fc.oneof(fc.double(), fc.integer());
const labels = fc.dictionary(fc.stringMatching(/^[a-z_]+$/), fc.string({ unit: 'binary' }), { maxKeys: 3 });
const exemplar = fc.record({ labelSet: fc.record({ instance_id: fc.string() }), value, timestamp: value });
const bucket = fc.record(
  { labels, value, suffix: fc.constantFrom('_bucket', '_sum', '_count'), exemplar },
  { requiredKeys: ['labels', 'value', 'suffix'] },
);
const plain = fc.record({ labels, value });
const help = fc.string({ unit: 'grapheme' });
const family = (type: Family['type'], name: string) =>
  fc.record({
    type: fc.constant(type),
    name: fc.constant(name),
    help,
    labels: fc.constant([]),
    stability: fc.constant('STABLE' as const),
  });
const collected: fc.Arbitrary<Collected[]> = fc.tuple(
  fc.record({ family: family('gauge', 'a_gauge'), samples: fc.array(plain) }),
  fc.record({ family: family('counter', 'a_counter_total'), samples: fc.array(plain) }),
  fc.record({
    family: family('histogram', 'a_histogram_seconds'),
    samples: fc.array(bucket as fc.Arbitrary<Sample>),
  }),
);

/** What prom-client makes of all families in one go. */
async function inOneGo(format: Format, all: readonly Collected[]): Promise<string> {
  const registry = new Registry<typeof contentTypes.text | typeof contentTypes.openmetrics>();
  registry.setContentType(contentTypes[format]);
  for (const { family, samples } of all) {
    const values = [...samples].map(({ suffix, ...sample }) =>
      suffix === undefined ? sample : { ...sample, metricName: family.name + suffix },
    );
    const metric = { ...family, values, get: async () => metric };
    registry.registerMetric(metric as never);
  }
  return registry.metrics();
}

test.each(['text', 'openmetrics'] as const)(
  'slices put together are what prom-client renders in one go, in %s',
  async (format) => {
    await fc.assert(
      fc.asyncProperty(collected, fc.integer({ min: 1, max: 5 }), async (all, most) => {
        let text = '';
        for (const one of all) for await (const slice of renderSlices(format, one, most)) text += slice;
        // Between families the text format has an empty line, and here one after the last as well: the process metrics follow.
        if (format === 'text') text = text.slice(0, -1);
        expect(text + ends[format]).toBe(await inOneGo(format, all));
      }),
    );
  },
);

test('a slice has no more samples than were asked for', async () => {
  const samples = Array.from({ length: 10 }, (_, i) => ({ labels: { i: String(i) }, value: i }));
  const gauge = { name: 'a_gauge', type: 'gauge', help: 'Help.', labels: ['i'], stability: 'STABLE' } as const;
  const counts: number[] = [];
  for await (const text of renderSlices('text', { family: gauge, samples }, 4)) {
    counts.push(text.split('\n').filter((line) => line.startsWith('a_gauge{')).length);
  }
  // The last piece is an empty line.
  expect(counts).toEqual([4, 4, 2, 0]);
});
