import { buckets, duration, oneOf, whole } from './fields.ts';
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
      'values of each of `trigger_type` and `status` per workspace with their own series; further ones share `other`, the documented ones never',
  }),
  nodes: key('nodes', oneOf('failed', 'off'), {
    default: 'failed',
    meaning: "`failed`: read the topology of each failed instance; `off`: don't",
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
