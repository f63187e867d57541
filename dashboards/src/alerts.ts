/** Alerts that fire, as Prometheus knows them by itself: no Alertmanager and no alert of Grafana's is asked. */
import { AnnotationQueryBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { bad } from './colours.ts';
import { toRunbook } from './links.ts';
import { table } from './panel/table.ts';
import { dataSource } from './panel/target.ts';
import { chosenOrNone, is, selector } from './promql.ts';

/** Filters out alerts of workspaces and playbooks that aren't selected; alerts of the whole exporter stay. */
function firing(name: 'ALERTS' | 'ALERTS_FOR_STATE', variables: readonly string[]): string {
  const matchers = Object.fromEntries(variables.map((variable) => [variable, chosenOrNone(variable)]));
  const state = name === 'ALERTS' ? { alertstate: is('firing') } : {};
  return selector(name, { alertname: '=~"SecMaster.+"', ...state, ...matchers });
}

/** The table, with the time since when. ALERTS_FOR_STATE is in seconds, Grafana's times are in milliseconds. */
export function firingAlertsTable(variables: readonly string[]) {
  const since = `1000 * max by (alertname, severity, workspace, playbook) (
  ${firing('ALERTS_FOR_STATE', variables)} and ignoring (alertstate) ${firing('ALERTS', variables)}
)`;
  return table({
    title: 'Firing alerts',
    description: 'SecMaster alerts firing in Prometheus, longest first. Click a name to open its runbook.',
    noValue: 'No alert is firing',
    keys: [
      { title: 'Alert', label: 'alertname', link: toRunbook },
      { title: 'Severity', label: 'severity' },
      { title: 'Workspace', label: 'workspace', none: 'all' },
      { title: 'Playbook', label: 'playbook', none: '–' },
    ],
    columns: [{ title: 'Since', expr: since, unit: 'dateTimeFromNow' }],
    sort: { by: 'Since', descending: false },
  });
}

export const firingCount = (variables: readonly string[]): string => `count(${firing('ALERTS', variables)})`;

/** The times in which alerts fired, marked on the graphs. */
export function alertAnnotation(variables: readonly string[]): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name('Alerts')
    .datasource(dataSource)
    .enable(true)
    .iconColor(bad)
    .expr(firing('ALERTS', variables))
    .step('60s')
    .titleFormat('{{alertname}}')
    .textFormat('{{severity}} {{workspace}} {{playbook}}');
}
