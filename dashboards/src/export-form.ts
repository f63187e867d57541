/** A dashboard as grafana.com takes it: whoever imports it is asked for the data source, and no variable chooses one. */
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { placeholder } from './placeholder.ts';

const input = 'DS_PROMETHEUS';
/** What the panels need: `background_solid` came with it. */
const oldestGrafana = '10.0.0';

const panelNames: Readonly<Record<string, string>> = {
  heatmap: 'Heatmap',
  stat: 'Stat',
  'status-history': 'Status history',
  table: 'Table',
  timeseries: 'Time series',
};

/** Takes the JSON of the provisioned form, and gives that of the export form. */
export function exportForm(json: string): object {
  const { templating, ...dashboard } = JSON.parse(
    json
      .replaceAll(`${placeholder('datasource:queryparam')}&`, '')
      .replaceAll(placeholder('datasource'), placeholder(input)),
  ) as Dashboard;
  return {
    __inputs: [
      {
        name: input,
        label: 'Prometheus',
        description: 'The Prometheus that scrapes the exporter.',
        type: 'datasource',
        pluginId: 'prometheus',
        pluginName: 'Prometheus',
      },
    ],
    __elements: {},
    __requires: [
      { type: 'grafana', id: 'grafana', name: 'Grafana', version: oldestGrafana },
      { type: 'datasource', id: 'prometheus', name: 'Prometheus', version: '1.0.0' },
      ...panelTypes(json).map((id) => ({ type: 'panel', id, name: panelNames[id], version: '' })),
    ],
    id: null,
    ...dashboard,
    templating: { list: templating.list?.filter(({ type }) => type !== 'datasource') },
  };
}

function panelTypes(json: string): string[] {
  return Object.keys(panelNames).filter((type) => json.includes(`"type": "${type}"`));
}
