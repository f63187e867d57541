/** Rows that are made of several queries: those with the same labels become one row. */
import { TableCellHeight } from '@grafana/grafana-foundation-sdk/common';
import { MappingType, SpecialValueMatch } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/table';
import type { Steps } from '../colours.ts';
import type { FieldLink } from '../links.ts';
import type { Label } from '../promql.ts';
import { type Description, described } from './described.ts';
import { mapped, nothing } from './stat.ts';
import { refIdOf, rows } from './target.ts';

/** A column of values. */
export interface Column {
  readonly title: string;
  readonly expr: string;
  readonly unit: string;
  readonly decimals?: number;
  /** Colours the cell. */
  readonly steps?: Steps;
  readonly texts?: Readonly<Record<string, string>>;
}

/** A column that is a label. */
export interface Key {
  readonly title: string;
  readonly label: Label | 'alertname' | 'severity' | 'instance';
  readonly link?: FieldLink;
  /** What stands there where a series doesn't have the label. */
  readonly none?: string;
}

export interface Table extends Omit<Description, 'unit'> {
  readonly keys: readonly Key[];
  readonly columns: readonly Column[];
  /** By a column's title. */
  readonly sort: { readonly by: string; readonly descending: boolean; readonly first?: number };
}

export function table({ keys, columns, sort, ...description }: Table): PanelBuilder {
  const targets = columns.map(({ expr }, index) => rows(expr, refIdOf(index)));
  const titles = Object.fromEntries([
    ...keys.map(({ label, title }) => [label, title]),
    ...columns.map(({ title }, index) => [valueField(index, columns.length), title]),
  ]);
  const panel = described(new PanelBuilder(), { ...description, unit: 'none' }, targets)
    .cellHeight(TableCellHeight.Sm)
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({
      id: 'organize',
      options: { excludeByName: { Time: true }, indexByName: orderOf(Object.keys(titles)), renameByName: titles },
    })
    .withTransformation({ id: 'sortBy', options: { sort: [{ field: sort.by, desc: sort.descending }] } });
  if (sort.first !== undefined) panel.withTransformation({ id: 'limit', options: { limitField: sort.first } });
  for (const key of keys) {
    const properties = keyProperties(key);
    if (properties.length > 0) panel.overrideByName(key.title, properties);
  }
  for (const column of columns) panel.overrideByName(column.title, columnProperties(column));
  return panel;
}

/** As Grafana calls the value of a query, once there are several. */
const valueField = (index: number, queries: number) => (queries === 1 ? 'Value' : `Value #${refIdOf(index)}`);
const orderOf = (fields: readonly string[]) => Object.fromEntries(fields.map((field, index) => [field, index]));

function keyProperties({ link, none }: Key): { id: string; value: unknown }[] {
  const empty = (match: SpecialValueMatch) => ({
    type: MappingType.SpecialValue,
    options: { match, result: { text: none } },
  });
  return [
    ...(link === undefined ? [] : [{ id: 'links', value: [link] }]),
    ...(none === undefined
      ? []
      : [{ id: 'mappings', value: [empty(SpecialValueMatch.Empty), empty(SpecialValueMatch.Null)] }]),
  ];
}

function columnProperties({ unit, decimals, steps, texts }: Column): { id: string; value: unknown }[] {
  return [
    { id: 'unit', value: unit },
    ...(decimals === undefined ? [] : [{ id: 'decimals', value: decimals }]),
    { id: 'mappings', value: [...mapped(texts), nothing('–')] },
    ...(steps === undefined
      ? []
      : [
          { id: 'thresholds', value: { mode: 'absolute', steps } },
          { id: 'custom.cellOptions', value: { type: 'color-background', mode: 'basic' } },
        ]),
  ];
}
