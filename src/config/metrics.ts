import { buckets, duration, oneOf, whole } from './fields.ts';
import { key, section } from './mapping.ts';

export const metrics = section({
  durationBuckets: key('duration_buckets', buckets, {
    default: [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 14400],
    meaning: 'upper bounds of the histogram of durations; what was observed before a change stays in its old bounds',
  }),
  maxPlaybooks: key('max_playbooks', whole(1, 10_000), {
    default: 200,
    meaning: 'of a workspace, with series of their own; further ones share the label value `other`',
  }),
  nodes: key('nodes', oneOf('failed', 'off'), {
    default: 'failed',
    meaning: "`failed`: read the topology of each failed instance; `off`: don't",
  }),
  language: key('language', oneOf('en', 'zh'), {
    default: 'en',
    meaning: "which of a playbook's two names becomes the label",
  }),
  // A little more than the longest scrape interval that is usual.
  newSeriesHoldMs: key('new_series_hold', duration('0s', '1h'), {
    default: '65s',
    meaning: 'how long a new counter stays at 0 once it has been scraped; a little more than your scrape interval',
  }),
});
