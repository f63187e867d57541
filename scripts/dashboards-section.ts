import type { Panel, RowPanel } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboards } from '../dashboards/src/files.ts';
import { table } from './sections.ts';

/** The panels of docs/dashboards.md, with their titles and descriptions from Grafana. */
export function dashboardsSection(): string {
  return Object.values(dashboards)
    .map(({ title, description, panels = [] }) => {
      const rows = panels.flatMap(panelsIn).map((panel) => [panel.title ?? '', panel.description ?? '']);
      return `### ${title}: ${description}\n\n${table(['panel', 'what it shows'], rows)}`;
    })
    .join('\n\n');
}

const isRow = (panel: Panel | RowPanel): panel is RowPanel => panel.type === 'row';
/** A folded row has its panels in it, another one beside it. */
const panelsIn = (panel: Panel | RowPanel): Panel[] => (isRow(panel) ? panel.panels : [panel]);
