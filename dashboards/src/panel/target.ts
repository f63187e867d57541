/** A query as a panel asks it. */
import type { DataSourceRef } from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { placeholder } from '../placeholder.ts';

/** Of the dashboard's variable: no dashboard knows a data source's uid. */
export const dataSource: DataSourceRef = { type: 'prometheus', uid: placeholder('datasource') };

export interface Query {
  readonly expr: string;
  /** How a series is called, such as `{{status}}`. */
  readonly legend: string;
  readonly exemplars?: boolean;
}

/** A value for each point of the graph. */
export function range({ expr, legend, exemplars = false }: Query, refId: string): DataqueryBuilder {
  return target(expr, refId).range().legendFormat(legend).exemplar(exemplars);
}

/** The values at the end of the time that the dashboard shows. */
export function instant({ expr, legend }: Query, refId: string): DataqueryBuilder {
  return target(expr, refId).instant().legendFormat(legend);
}

/** The same as rows: a column for each label and one for the value. */
export function rows(expr: string, refId: string): DataqueryBuilder {
  return target(expr, refId).instant().format(PromQueryFormat.Table).legendFormat('__auto');
}

export function heatmap(expr: string, refId: string): DataqueryBuilder {
  return target(expr, refId).range().format(PromQueryFormat.Heatmap).legendFormat('{{le}}');
}

function target(expr: string, refId: string): DataqueryBuilder {
  return new DataqueryBuilder().datasource(dataSource).expr(expr).refId(refId);
}

/** A, B, C … */
export const refIdOf = (index: number): string => String.fromCharCode(65 + index);
