import { expect, test } from 'vitest';
import { allCounters, watchCounters } from './counters.ts';

const counts = (name: string, value: number) => `# TYPE ${name} counter\n${name}{workspace="prod"} ${value}\n`;

const started = 'secmaster_workflow_instances_started_total';
const polls = 'secmaster_exporter_polls_total';
const requests = 'secmaster_exporter_api_requests_total';
const restart = 'restart';
const lossyRestart = 'restart with a loss';

test.each([
  { sentence: 'a counter that grows', scrapes: [counts(started, 1), counts(started, 2)], falls: 0 },
  { sentence: 'a counter that falls', scrapes: [counts(started, 2), counts(started, 1)], falls: 1 },
  { sentence: 'a counter that vanishes', scrapes: [counts(started, 2), ''], falls: 1 },
  {
    sentence: 'one that a new process does not know yet',
    scrapes: [counts(polls, 2), restart, '', counts(polls, 2)],
    falls: 0,
  },
  { sentence: 'one that begins anew with a process', scrapes: [counts(polls, 2), restart, counts(polls, 1)], falls: 1 },
  {
    sentence: 'one that could not be told before its process ended',
    scrapes: [counts(polls, 2), lossyRestart, counts(polls, 1)],
    falls: 0,
  },
  {
    sentence: 'one of the ledger after such an end',
    scrapes: [counts(started, 2), lossyRestart, counts(started, 1)],
    falls: 1,
  },
  { sentence: 'requests of a new process', scrapes: [counts(requests, 2), restart, counts(requests, 1)], falls: 0 },
  { sentence: 'requests of the same process', scrapes: [counts(requests, 2), counts(requests, 1)], falls: 1 },
  { sentence: 'a gauge', scrapes: [counts('secmaster_up', 1), counts('secmaster_up', 0)], falls: 0 },
])('$sentence counts as $falls falls', ({ scrapes, falls }) => {
  const counters = watchCounters(allCounters);
  for (const one of scrapes) {
    if (one === restart || one === lossyRestart) counters.restarted(one === lossyRestart);
    else counters.see(one);
  }
  expect(counters.falls).toHaveLength(falls);
});
