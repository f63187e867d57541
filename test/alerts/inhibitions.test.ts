import { join } from 'node:path';
import { expect, test } from 'vitest';
import { notificationsOf } from '../paging/alertmanager.ts';
import { alertmanagerOf } from '../paging/lab.ts';
import type { Labels } from '../paging/labels.ts';

const config = alertmanagerOf(join(import.meta.dirname, '..', '..', 'alerts'));

const page = { severity: 'critical', area: 'playbook', workspace: 'prod', playbook: 'Isolate host' };
const ticket = { ...page, severity: 'warning' };

function isTold(target: Labels, source: Labels): boolean {
  const alerts = [source, target].map((labels) => ({ labels, fromMs: 0, untilMs: null }));
  return notificationsOf(config, alerts, 3_600_000).some(({ firing }) =>
    firing.some(({ labels }) => labels === target),
  );
}

test.each<[string, Labels, Labels, boolean]>([
  [
    'a page that a playbook fails mutes how often it does',
    { ...page, alertname: 'SecMasterPlaybookFailing' },
    { ...page, alertname: 'SecMasterPlaybookFailureBudgetBurn', window: '6h' },
    false,
  ],
  [
    'a ticket that it failed once mutes no page',
    { ...ticket, alertname: 'SecMasterPlaybookFailing' },
    { ...page, alertname: 'SecMasterPlaybookFailureBudgetBurn', window: '6h' },
    true,
  ],
  [
    'a page mutes its ticket',
    { ...page, alertname: 'SecMasterPlaybookFailureBudgetBurn', window: '6h' },
    { ...ticket, alertname: 'SecMasterPlaybookFailureBudgetBurn', window: '3d' },
    false,
  ],
  [
    'a page mutes no ticket of another playbook',
    { ...page, alertname: 'SecMasterPlaybookSilent' },
    { ...ticket, alertname: 'SecMasterPlaybookSilent', playbook: 'Handle case' },
    true,
  ],
  [
    "other software's page mutes no ticket of its own",
    { severity: 'critical', alertname: 'DiskFull', instance: 'db', device: 'sda' },
    { severity: 'warning', alertname: 'DiskFull', instance: 'db', device: 'sdb' },
    true,
  ],
  [
    'an exporter that is down mutes nothing of another one',
    { severity: 'critical', area: 'exporter', alertname: 'SecMasterExporterDown', instance: 'a:19210' },
    { severity: 'critical', area: 'exporter', alertname: 'SecMasterDataStale', workspace: 'prod' },
    true,
  ],
])('%s', (_, source, target, told) => {
  expect(isTold(target, source)).toBe(told);
});
