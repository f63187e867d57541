import { expect, test } from 'vitest';
import { exporter } from '../../../src/metrics/families.ts';
import type { WorkspaceFamily } from '../../../src/metrics/family.ts';
import type { WorkspaceReport } from '../../../src/model/report.ts';
import { expositionOf, linesOf, scrapeOf } from '../../support/metrics/exposition.ts';
import { emptySnapshot, goodPoll, report, shortPages, withSnapshot } from '../../support/metrics/report.ts';

test.each<[string, WorkspaceFamily, WorkspaceReport, string[]]>([
  ['1 for a workspace whose last poll succeeded', exporter.up, report(), ['secmaster_up{workspace="prod"} 1']],
  [
    '0 for one whose last poll failed',
    exporter.up,
    report({ polls: { ...goodPoll, last: { endedMs: 1, durationSeconds: 1, requests: 1, error: 'no' } } }),
    ['secmaster_up{workspace="prod"} 0'],
  ],
  [
    'nothing about a poll before the first has ended',
    exporter.up,
    report({ polls: { ...goodPoll, last: null }, snapshot: null }),
    [],
  ],
  ['nothing of leases without other replicas', exporter.lease, report(), []],
  [
    '1 on the replica that polls',
    exporter.lease,
    report({ lease: { isHeld: true, holder: 'a' } }),
    ['secmaster_exporter_lease{workspace="prod"} 1'],
  ],
  [
    '0 on a replica that shows what another one polls',
    exporter.lease,
    report({ lease: { isHeld: false, holder: 'a' } }),
    ['secmaster_exporter_lease{workspace="prod"} 0'],
  ],
  [
    'no count of polls while it is not known what other replicas have counted',
    exporter.polls,
    report({ polls: { ...goodPoll, count: null } }),
    [],
  ],
  [
    'failed polls by reason',
    exporter.pollFailures,
    report({ polls: { ...goodPoll, failures: new Map([['throttled', 2]]) } }),
    ['secmaster_exporter_poll_failures_total{workspace="prod",reason="throttled"} 2'],
  ],
  [
    '0 where a part of the lookback has not been read',
    exporter.windowComplete,
    withSnapshot({ windowComplete: false }),
    ['secmaster_exporter_window_complete{workspace="prod"} 0'],
  ],
  [
    'instances of the ledger, open and ended',
    exporter.ledgerInstances,
    withSnapshot({ instances: 10, openInstances: 3 }),
    [
      'secmaster_exporter_ledger_instances{workspace="prod",state="open"} 3',
      'secmaster_exporter_ledger_instances{workspace="prod",state="ended"} 7',
    ],
  ],
  [
    'when counting began',
    exporter.ledgerCreated,
    report({ counting: { sinceMs: 1_500, prunedBeforeMs: 0 } }),
    ['secmaster_exporter_ledger_created_timestamp_seconds{workspace="prod"} 1.5'],
  ],
  ['nothing of a ledger that does not exist yet', exporter.ledgerCreated, report({ counting: null }), []],
  [
    'when the credentials expire',
    exporter.credentialsExpiry,
    report({ credentialsExpireAtMs: 1_784_376_000_500 }),
    ['secmaster_exporter_credentials_expiry_timestamp_seconds{workspace="prod"} 1784376000.5'],
  ],
  ['nothing of credentials that do not expire', exporter.credentialsExpiry, report(), []],
  [
    'when the last poll ended',
    exporter.lastPoll,
    report({ polls: { ...goodPoll, last: { endedMs: 1_500, durationSeconds: 1, requests: 1, error: 'no' } } }),
    ['secmaster_exporter_last_poll_timestamp_seconds{workspace="prod"} 1.5'],
  ],
  [
    'when a poll last succeeded',
    exporter.lastSuccess,
    report({ polls: { ...goodPoll, lastSuccessMs: 1_500 } }),
    ['secmaster_exporter_last_success_timestamp_seconds{workspace="prod"} 1.5'],
  ],
  [
    'nothing of a success that has not been',
    exporter.lastSuccess,
    report({ polls: { ...goodPoll, lastSuccessMs: null } }),
    [],
  ],
  [
    'how long the last poll took',
    exporter.lastPollDuration,
    report(),
    ['secmaster_exporter_last_poll_duration_seconds{workspace="prod"} 0.25'],
  ],
  ['polls', exporter.polls, report(), ['secmaster_exporter_polls_total{workspace="prod"} 3']],
  [
    'rejected rows by reason',
    exporter.rowsRejected,
    report({ polls: { ...goodPoll, rejectedRows: new Map([['no_id', 2]]) } }),
    ['secmaster_exporter_rows_rejected_total{workspace="prod",reason="no_id"} 2'],
  ],
  [
    '1 where the whole lookback has been read',
    exporter.windowComplete,
    withSnapshot({ windowComplete: true }),
    ['secmaster_exporter_window_complete{workspace="prod"} 1'],
  ],
  ['nothing of a ledger that has not been read', exporter.windowComplete, report({ snapshot: null }), []],
  [
    '1 for what SecMaster does as the fastest way needs, and 0 for what it does not',
    exporter.assumptions,
    report({ profile: shortPages }),
    [
      'secmaster_exporter_api_assumption{workspace="prod",assumption="full_pages"} 0',
      'secmaster_exporter_api_assumption{workspace="prod",assumption="offset_honoured"} 1',
    ],
  ],
  ['nothing of what has not been tried', exporter.assumptions, report(), []],
  [
    'audits',
    exporter.audits,
    report({ polls: { ...goodPoll, audits: 7 } }),
    ['secmaster_exporter_audits_total{workspace="prod"} 7'],
  ],
  [
    'audits that found the ledger wrong',
    exporter.auditMismatches,
    report({ polls: { ...goodPoll, mismatches: 1 } }),
    ['secmaster_exporter_audit_mismatches_total{workspace="prod"} 1'],
  ],
  [
    'values that share a label, by label',
    exporter.valuesLimited,
    withSnapshot({
      limitedPlaybooks: 4,
      limitedValues: { ...emptySnapshot.limitedValues, trigger_type: 2, status: 1, workflow: 3 },
    }),
    [
      'secmaster_exporter_label_values_limited{workspace="prod",label="playbook"} 4',
      'secmaster_exporter_label_values_limited{workspace="prod",label="trigger_type"} 2',
      'secmaster_exporter_label_values_limited{workspace="prod",label="status"} 1',
      'secmaster_exporter_label_values_limited{workspace="prod",label="node"} 0',
      'secmaster_exporter_label_values_limited{workspace="prod",label="workflow"} 3',
      'secmaster_exporter_label_values_limited{workspace="prod",label="workflow_version"} 0',
      'secmaster_exporter_label_values_limited{workspace="prod",label="dataclass"} 0',
      'secmaster_exporter_label_values_limited{workspace="prod",label="defense"} 0',
    ],
  ],
  [
    'playbooks that share a label',
    exporter.playbooksLimited,
    withSnapshot({ limitedPlaybooks: 4 }),
    ['secmaster_exporter_playbooks_limited{workspace="prod"} 4'],
  ],
])('%s', async (_, family, given, expected) => {
  expect(await linesOf(family, given)).toEqual(expected);
});

test('each workspace under its own label', async () => {
  expect(await linesOf(exporter.up, report(), report({ workspace: 'lab' }))).toEqual([
    'secmaster_up{workspace="prod"} 1',
    'secmaster_up{workspace="lab"} 1',
  ]);
});

test('secmaster_exporter_web_info tells the external URL', async () => {
  const text = await scrapeOf(expositionOf({ externalUrl: 'https://soc.example.org/secmaster' }));
  expect(text).toContain('\nsecmaster_exporter_web_info{external_url="https://soc.example.org/secmaster"} 1\n');
});
