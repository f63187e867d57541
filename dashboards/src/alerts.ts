/** Alerts that fire, as Prometheus knows them by itself: no Alertmanager and no alert of Grafana's is asked. */
import { AnnotationQueryBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { bad, mark, unknown, warning } from './colours.ts';
import { toRunbook } from './links.ts';
import { table } from './panel/table.ts';
import { dataSource } from './panel/target.ts';
import { is, selector } from './promql.ts';

/** What chooses alerts: `chosenOrNone` keeps those that have no such label. */
export interface AlertMatchers {
  readonly alertname?: string;
  readonly severity?: string;
  readonly area?: string;
  readonly workspace?: string | undefined;
  readonly playbook?: string | undefined;
}

export function firing(name: 'ALERTS' | 'ALERTS_FOR_STATE', matchers: AlertMatchers): string {
  const state = name === 'ALERTS' ? { alertstate: is('firing') } : {};
  return selector(name, { alertname: '=~"SecMaster.+"', ...state, ...matchers });
}

/** The table, with the time since when. ALERTS_FOR_STATE is in seconds, Grafana's times are in milliseconds. */
export function firingAlertsTable(matchers: AlertMatchers, columns: readonly ('workspace' | 'playbook')[]) {
  const alerts = `label_replace(
  ${firing('ALERTS_FOR_STATE', matchers)} and ignoring (alertstate) ${firing('ALERTS', matchers)},
  "alert", "$1", "alertname", "SecMaster(.*)"
)`;
  // A column without a value would be missing.
  const named = columns.reduce((of, column) => `label_replace(${of}, "${column}", "–", "${column}", "")`, alerts);
  const since = `1000 * max by (alert, severity, ${columns.join(', ')}) (${named})`;
  const keys = {
    workspace: { title: 'Workspace', label: 'workspace', width: 130 },
    playbook: { title: 'Playbook', label: 'playbook' },
  } as const;
  return table({
    title: 'Firing alerts',
    description:
      'SecMaster alerts firing in Prometheus, those that page first. Click a name to open its runbook. Empty without the alert rules of this project.',
    noValue: 'No firing alert found',
    keys: [
      {
        title: 'Severity',
        label: 'severity',
        width: 86,
        texts: { critical: { text: 'critical', color: bad }, warning: { text: 'warning', color: warning } },
        otherwise: unknown,
      },
      { title: 'Alert', label: 'alert', link: toRunbook, width: 178 },
      ...columns.map((column) => keys[column]),
    ],
    columns: [{ title: 'Since', expr: since, unit: 'dateTimeFromNow', width: 118 }],
    sort: { by: 'Severity', descending: false },
  });
}

/**
 * Where alerts began to fire, marked on the graphs: once for each name. Regions as long as the alerts would lie on each other and paint over
 * what they are about.
 */
export function alertAnnotation(matchers: AlertMatchers): AnnotationQueryBuilder {
  const names = (offset = '') => `max by (alertname, severity) (${firing('ALERTS', matchers)}${offset})`;
  return new AnnotationQueryBuilder()
    .name('Alerts')
    .datasource(dataSource)
    .enable(true)
    .iconColor(mark)
    .expr(`${names()} unless ${names(' offset $__interval')}`)
    .step('60s')
    .titleFormat('{{alertname}}')
    .textFormat('{{severity}}');
}
