import type { Panel, RowPanel } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboards } from '../dashboards/src/files.ts';
import { table } from './sections.ts';

/** The panels of docs/dashboards.md, with their titles and descriptions from Grafana. */
export function dashboardsSection(): string {
  return Object.values(dashboards)
    .map(({ title, description, panels = [] }) => {
      const rows = panels.filter(isPanel).map((panel) => [panel.title ?? '', panel.description ?? '']);
      return `### ${title}: ${description}\n\n${table(['panel', 'what it shows'], rows)}`;
    })
    .join('\n\n');
}

const isPanel = (panel: Panel | RowPanel): panel is Panel => panel.type !== 'row';
