import type { Counted, DurationBucket, Durations } from '../model/snapshot.ts';
import type { Sample } from './family.ts';

/**
 * The samples of a histogram. The ledger keeps each bucket by the bounds of its day. Where the configuration has others
 * now, an observation is counted from the first bound on that is no less than its own: counts and sums stay whole and
 * never fall.
 *
 * @param series those that there are, be they without observations
 * @param bounds in seconds, ascending
 */
export function* histogram(
  series: readonly Counted[],
  durations: readonly Durations[],
  bounds: readonly number[],
): Iterable<Sample> {
  const known = new Map(durations.map(({ labels, buckets }) => [keyOf(labels), buckets]));
  const written = [...bounds.map(String), '+Inf'];
  for (const { labels } of series) {
    const buckets = known.get(keyOf(labels)) ?? [];
    let [next, count, sumSeconds] = [0, 0, 0];
    for (const [i, le] of written.entries()) {
      const bound = bounds[i] ?? Number.POSITIVE_INFINITY;
      let newest: DurationBucket | undefined;
      for (let bucket = buckets[next]; bucket !== undefined && bucket.le <= bound; bucket = buckets[++next]) {
        newest = bucket;
        count += bucket.count;
        sumSeconds += bucket.sumSeconds;
      }
      yield { suffix: '_bucket', labels, le, value: count, ...exemplarOf(newest) };
    }
    yield { suffix: '_sum', labels, value: sumSeconds };
    yield { suffix: '_count', labels, value: count };
  }
}

function keyOf(labels: Counted['labels']): string {
  return JSON.stringify(Object.values(labels));
}

/** OpenMetrics allows 128 characters for the names and values of an exemplar's labels. */
const maxExemplarCharacters = 128 - 'instance_id'.length;

function exemplarOf(bucket: DurationBucket | undefined): Pick<Sample, 'exemplar'> {
  if (bucket === undefined || [...bucket.exemplar.instanceId].length > maxExemplarCharacters) return {};
  const { instanceId, seconds, endTimeMs } = bucket.exemplar;
  return { exemplar: { labels: { instance_id: instanceId }, value: seconds, timestamp: endTimeMs / 1000 } };
}
