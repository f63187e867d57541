/** The dashboards as Grafana would load them, and their queries as Grafana would ask them. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Dashboard, Panel, RowPanel } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Dataquery } from '@grafana/grafana-foundation-sdk/prometheus';

export const folder = join(import.meta.dirname, '..', '..', 'dashboards');

export function loadDashboards(): Dashboard[] {
  return globSync('*.json', { cwd: folder }).map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')));
}

/** Those of a folded row stand in it, others beside it. */
export const panelsOf = ({ panels = [] }: Pick<Dashboard, 'panels'>): Panel[] =>
  panels.flatMap((panel) => (isRow(panel) ? panelsOf({ panels: panel.panels }) : [panel]));
export const isRow = (panel: Panel | RowPanel): panel is RowPanel => panel.type === 'row';
export const targetsOf = ({ targets = [] }: Panel): Dataquery[] => targets as Dataquery[];

/** A question to Prometheus, and where it stands. */
export interface Asked {
  readonly dashboard: string;
  readonly panel: string;
  readonly refId: string;
  readonly expr: string;
  readonly legend: string;
  readonly isRange: boolean;
  readonly exemplars: boolean;
}

export function asked(dashboard: Dashboard): Asked[] {
  const uid = dashboard.uid ?? '';
  const ofPanels = panelsOf(dashboard).flatMap((panel) =>
    targetsOf(panel).map(({ refId = '', expr, legendFormat = '', range, exemplar }) => ({
      dashboard: uid,
      panel: panel.title ?? '',
      refId,
      expr,
      legend: legendFormat,
      isRange: range === true,
      exemplars: exemplar === true,
    })),
  );
  const ofAnnotations = (dashboard.annotations.list ?? []).map(({ name, expr = '' }) => ({
    dashboard: uid,
    panel: 'annotation',
    refId: name ?? '',
    expr,
    legend: '',
    isRange: true,
    exemplars: false,
  }));
  return [...ofPanels, ...ofAnnotations];
}

/** The values of a dashboard's variables: a list of values, or null for all. */
export type Values = Readonly<Record<string, readonly string[] | null>>;
export interface Times {
  readonly rateInterval: string;
  readonly range: string;
}

/** As Grafana fills in variables in its `regex` format and its built-in times. Throws where something is left over. */
export function fill(expr: string, values: Values, { rateInterval, range }: Times): string {
  const filled = expr
    .replace(/\$\{(\w+):regex\}/g, (whole, name) => (name in values ? pattern(values[name] ?? null) : whole))
    .replaceAll('$__rate_interval', rateInterval)
    .replaceAll('$__range', range)
    // Of an annotation, whose step is a minute.
    .replaceAll('offset $__interval', 'offset 1m')
    .replaceAll('$__interval_ms', '60000');
  if (/\$\{|\$__/.test(filled)) throw new Error(`nothing fills in ${filled}`);
  return filled;
}

function pattern(values: readonly string[] | null): string {
  if (values === null) return '.*';
  const escaped = values.map((value) => value.replace(/[\\^$*+?.()|[\]{}/]/g, '\\$&'));
  return escaped.length === 1 ? String(escaped[0]) : `(${escaped.join('|')})`;
}
