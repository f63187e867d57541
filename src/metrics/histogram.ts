import type { Counted, DurationBucket, Durations } from '../model/snapshot.ts';
import type { Sample } from './family.ts';

/**
 * The samples of a histogram. The ledger keeps buckets with the bounds of their time. If the configuration has other bounds
 * now, an old bucket counts from the first bound that is not below its own, so counts and sums stay complete and never fall.
 *
 * @param series all series, including those without observations
 * @param bounds in seconds, ascending
 */
export function* histogram(
  series: readonly Counted[],
  durations: readonly Durations[],
  bounds: readonly number[],
): Iterable<Sample> {
  const known = new Map(durations.map(({ labels, buckets }) => [JSON.stringify(labels), buckets]));
  const written = [...bounds.map(String), '+Inf'];
  for (const { labels } of series) {
    const buckets = known.get(JSON.stringify(labels)) ?? [];
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

/** OpenMetrics allows 128 characters for the names and values of an exemplar's labels. */
const maxExemplarCharacters = 128 - 'instance_id'.length;

/** A ledger of an earlier exporter may hold ids of any kind. */
function exemplarOf(bucket: DurationBucket | undefined): Pick<Sample, 'exemplar'> {
  if (bucket === undefined) return {};
  const { instanceId, seconds, endTimeMs } = bucket.exemplar;
  const isPlain = /^[\x20-\x7e]+$/.test(instanceId) && instanceId.length <= maxExemplarCharacters;
  if (!isPlain || !Number.isFinite(seconds) || !Number.isFinite(endTimeMs)) return {};
  return { exemplar: { labels: { instance_id: instanceId }, value: seconds, timestamp: endTimeMs / 1000 } };
}
