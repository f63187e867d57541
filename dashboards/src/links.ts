/** Where a reader goes on: from dashboard to dashboard, and to the runbooks. */
import { type DashboardLink, DashboardLinkBuilder, DashboardLinkType } from '@grafana/grafana-foundation-sdk/dashboard';
import { placeholder } from './placeholder.ts';

/** Where the runbooks and the status page are, as `alerts/links.rules.yml` has found out; `linkVariables` asks for it. */
const folder = placeholder('runbooks:raw');
export const runbookUrl = (alert: string): string => `${folder}/${alert}${placeholder('runbooks_suffix:raw')}`;
export const runbooks = `${folder}/`;
export const statusPage = `${placeholder('page:raw')}/`;

export const tag = 'secmaster';
export const uids = { overview: 'secmaster-overview', playbook: 'secmaster-playbook', exporter: 'secmaster-exporter' };

type AlertName =
  | 'SecMasterExporterDown'
  | 'SecMasterPollFailing'
  | 'SecMasterDataStale'
  | 'SecMasterWindowIncomplete'
  | 'SecMasterThrottled'
  | 'SecMasterCredentialsExpiring'
  | 'SecMasterPlaybookFailing'
  | 'SecMasterPlaybookFailureBudgetBurn'
  | 'SecMasterPlaybookSilent'
  | 'SecMasterPlaybookSlow'
  | 'SecMasterInstanceStuck'
  | 'SecMasterRetryStorm'
  | 'SecMasterLedgerMismatch';

export function runbook(alert: AlertName): DashboardLinkBuilder {
  return link(`Runbook: ${alert}`, runbookUrl(alert)).targetBlank(true);
}

/** From a panel, with the same variables and time. */
export const toExporter = link(
  'Can I trust the numbers?',
  `/d/${uids.exporter}?${placeholder('__all_variables')}&${placeholder('__url_time_range')}`,
);

/** From a panel to the exporter's own page, which knows single runs. */
export const toFailedRuns = link('Failed runs and their messages', `${statusPage}#failed`).targetBlank(true);
export const toOpenRuns = link('Stuck and retrying runs', `${statusPage}#open`).targetBlank(true);

/** To the other dashboards, by their tag. */
export const dashboardLinks = new DashboardLinkBuilder('SecMaster dashboards')
  .type(DashboardLinkType.Dashboards)
  .tags([tag])
  .icon('external link')
  .includeVars(true)
  .keepTime(true);
export const runbookLinks = link('Runbooks', runbooks).icon('doc').targetBlank(true);
export const pageLink = link('Status page', statusPage).icon('bolt').targetBlank(true);

function link(title: string, url: string): DashboardLinkBuilder {
  return new DashboardLinkBuilder(title).type(DashboardLinkType.Link).url(url);
}

/** A link of a table's cell. */
export type FieldLink = Pick<DashboardLink, 'title' | 'url' | 'targetBlank'>;

/** From a row of a table to its playbook, over the same time. */
export const toPlaybook: FieldLink = {
  title: 'Open the playbook',
  url: `/d/${uids.playbook}?${[
    placeholder('datasource:queryparam'),
    placeholder('__url_time_range'),
    `var-workspace=${placeholder('__data.fields.Workspace:percentencode')}`,
    `var-playbook=${placeholder('__data.fields.Playbook:percentencode')}`,
  ].join('&')}`,
  targetBlank: false,
};
/** From the name of an alert, without what all names begin with. */
export const toRunbook: FieldLink = {
  title: 'Runbook',
  url: runbookUrl(`SecMaster${placeholder('__value.text:percentencode')}`),
  targetBlank: true,
};
