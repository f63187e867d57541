import { expect, test } from 'vitest';
import { playbook } from '../../../src/metrics/families.ts';
import { linesOf } from '../../support/metrics/exposition.ts';
import { withSnapshot } from '../../support/metrics/report.ts';

test('what the values of the label playbook stand for', async () => {
  const playbooks = [{ playbookId: '3e96', name: 'Isolate host', label: 'Isolate host (3e96)', dataclass: 'Alert' }];
  expect(await linesOf(playbook.info, withSnapshot({ playbooks }))).toEqual([
    'secmaster_playbook_info{workspace="prod",playbook="Isolate host (3e96)",playbook_id="3e96",playbook_name="Isolate host",dataclass="Alert"} 1',
  ]);
});

test('which playbooks of the list are enabled, but for those that have no label or say neither', async () => {
  const one = { playbookId: '3e96', name: 'A', dataclass: null, lastStartMs: null, lastSeenMs: null };
  const listed = [
    { ...one, label: 'A', isEnabled: true },
    { ...one, label: 'B "c"', isEnabled: false },
    { ...one, label: 'D', isEnabled: null },
    { ...one, label: null, isEnabled: true },
  ];
  expect(await linesOf(playbook.enabled, withSnapshot({ listed }), withSnapshot({ listed: null }))).toEqual([
    'secmaster_playbook_enabled{workspace="prod",playbook="A"} 1',
    'secmaster_playbook_enabled{workspace="prod",playbook="B \\"c\\""} 0',
  ]);
});

const event = { playbook: 'Isolate host', trigger_type: 'EVENT' };
const timer = { playbook: 'Isolate host', trigger_type: 'TIMER' };
const streaks = [
  { labels: event, failures: 3, sinceMs: 1_784_376_000_500 },
  { labels: timer, failures: 0, sinceMs: null },
];

test('failures in a row: 0 where there is none', async () => {
  expect(await linesOf(playbook.consecutiveFailures, withSnapshot({ streaks }))).toEqual([
    'secmaster_playbook_consecutive_failures{workspace="prod",playbook="Isolate host",trigger_type="EVENT"} 3',
    'secmaster_playbook_consecutive_failures{workspace="prod",playbook="Isolate host",trigger_type="TIMER"} 0',
  ]);
});

test('since when a playbook fails: absent where it does not', async () => {
  expect(await linesOf(playbook.failingSince, withSnapshot({ streaks }))).toEqual([
    'secmaster_playbook_failing_since_timestamp_seconds{workspace="prod",playbook="Isolate host",trigger_type="EVENT"} 1784376000.5',
  ]);
});

test('by when the next instance is due', async () => {
  const expectedStarts = [{ labels: timer, atMs: 1_784_376_000_500 }];
  expect(await linesOf(playbook.expectedStart, withSnapshot({ expectedStarts }))).toEqual([
    'secmaster_playbook_expected_start_timestamp_seconds{workspace="prod",playbook="Isolate host",trigger_type="TIMER"} 1784376000.5',
  ]);
});
