import { extraLabels } from '../model/extra-labels.ts';
import { buckets, duration, oneOf, setOf, whole } from './fields.ts';
import { key, section } from './mapping.ts';

export const metrics = section({
  durationBuckets: key('duration_buckets', buckets, {
    default: [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 14400],
    meaning: 'upper bounds of the duration histograms; earlier observations keep their old buckets',
  }),
  maxPlaybooks: key('max_playbooks', whole(1, 10_000), {
    default: 200,
    meaning: 'playbooks per workspace with their own series; further ones share the label value `other`',
  }),
  maxValues: key('max_values', whole(1, 10_000), {
    default: 50,
    meaning:
      'values of each of `trigger_type`, `status` and the labels of `labels` per workspace with their own series; further ones share `other`, the documented ones never',
  }),
  labels: key('labels', setOf(extraLabels), {
    default: [],
    meaning: 'further labels of the run metrics, which make more series',
  }),
  nodes: key('nodes', oneOf('off', 'failed', 'all'), {
    default: 'failed',
    meaning:
      'the topology of which ended instances is read: `failed` ones, `all` as far as the rate limit lets it, or `off`, none',
  }),
  failureGraceMs: key('failure_grace', duration('0s', '7d'), {
    default: '5m',
    meaning: 'an instance that has FAILED and is not retried within this time has failed for good',
  }),
  language: key('language', oneOf('en', 'zh'), {
    default: 'en',
    meaning: "which of a playbook's two names becomes the label",
  }),
  // Slightly above the longest usual scrape interval.
  newSeriesHoldMs: key('new_series_hold', duration('0s', '1h'), {
    default: '65s',
    meaning:
      'how long a new counter series stays at 0 after its first scrape; set it slightly above your scrape interval',
  }),
});
