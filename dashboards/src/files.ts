/** Every generated file of `dashboards/`, by its path in there. */
import { type Dashboard, DashboardLinkPlacement } from '@grafana/grafana-foundation-sdk/dashboard';
import { stringify } from 'yaml';
import { exportForm } from './export-form.ts';
import { exporter } from './exporter/layout.ts';
import { overview } from './overview/layout.ts';
import { playbook } from './playbook/layout.ts';

export const dashboards = { overview, playbook, exporter };

export function generatedFiles(): ReadonlyMap<string, string> {
  const jsons = Object.entries(dashboards).map(([name, dashboard]) => [name, toJson(dashboard)] as const);
  return new Map([
    ...jsons.map(([name, json]) => [`${name}.json`, json] as const),
    ...jsons.map(([name, json]) => [`grafana.com/${name}.json`, written(exportForm(json))] as const),
    ['kubernetes/configmaps.yaml', jsons.map(([name, json]) => configMap(name, json)).join('---\n')],
  ]);
}

const toJson = (dashboard: Dashboard) => written(dashboard, withoutHiding);
const written = (value: object, replacer?: (key: string, value: unknown) => unknown) =>
  `${JSON.stringify(value, replacer, 2)}\n`;

/** The SDK knows one placement of links and annotations only and sets it unasked: out of sight, in a menu. */
const withoutHiding = (key: string, value: unknown) =>
  key === 'placement' && value === DashboardLinkPlacement.InControlsMenu ? undefined : value;

/**
 * One for each dashboard: `kubectl apply` keeps a copy in an annotation, which may have 256 KiB. The label is what
 * the sidecar of Grafana's chart looks for.
 */
function configMap(name: string, json: string): string {
  return stringify(
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: `secmaster-dashboard-${name}`,
        labels: { 'app.kubernetes.io/part-of': 'secmaster-exporter', grafana_dashboard: '1' },
        annotations: { grafana_folder: 'SecMaster' },
      },
      data: { [`secmaster-${name}.json`]: json },
    },
    { lineWidth: 0 },
  );
}
