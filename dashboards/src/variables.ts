/** The variables above the panels. */
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableHide,
  type VariableModel,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { exporter, workflow } from '../../src/metrics/families.ts';
import { dataSource } from './panel/target.ts';
import { type Label, series } from './promql.ts';

export const dataSourceVariable = new DatasourceVariableBuilder('datasource')
  .label('Data source')
  .description('The Prometheus that scrapes the exporter.')
  .type('prometheus');

export const workspaceVariable = labelVariable('workspace', 'Workspace', series(exporter.lastPoll));
/** From a counter, which stays after a playbook has stopped; the gauges drop it after the lookback. */
export const playbookVariable = labelVariable(
  'playbook',
  'Playbook',
  series(workflow.started, { workspace: '=~"$workspace"' }),
);
export const triggerTypeVariable = labelVariable(
  'trigger_type',
  'Trigger',
  series(workflow.started, { workspace: '=~"$workspace"' }),
);

/** What links to runbooks and to the status page begin and end with. Nobody chooses it, so it is out of sight. */
export const linkVariables = [
  linkPart('runbooks', 'secmaster:runbooks_folder:info', 'url'),
  linkPart('runbooks_suffix', 'secmaster:runbooks_folder:info', 'suffix'),
  linkPart('page', 'secmaster:status_page:info', 'url'),
];

function linkPart(name: string, of: string, label: string): Builder<VariableModel> {
  // What holds now; label_values would answer with former addresses too.
  const query = `query_result(${of})`;
  const variable = new QueryVariableBuilder(name)
    .datasource(dataSource)
    .query(query)
    .definition(query)
    .regex(`/[{,]${label}="([^"]*)"/`)
    .refresh(VariableRefresh.OnDashboardLoad)
    .sort(VariableSort.AlphabeticalAsc)
    .hide(VariableHide.HideVariable);
  // Whoever writes a link to a dashboard doesn't choose where its links lead. The builder doesn't know the option.
  return { build: () => ({ ...variable.build(), skipUrlSync: true }) };
}

/** Several values or all of them; all also means series without the label. */
function labelVariable(label: Label, title: string, of: string): QueryVariableBuilder {
  const query = `label_values(${of}, ${label})`;
  return new QueryVariableBuilder(label)
    .label(title)
    .datasource(dataSource)
    .query(query)
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalCaseInsensitiveAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ selected: true, text: ['All'], value: ['$__all'] });
}
