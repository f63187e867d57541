/** Rows that are made of several queries: those with the same labels become one row. */
import { TableCellHeight } from '@grafana/grafana-foundation-sdk/common';
import { MappingType } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/table';
import { nothingToSay, type Steps } from '../colours.ts';
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
  /** In pixels; names have what is left. */
  readonly width?: number;
  readonly isCentred?: boolean;
  /** Colours the cell. */
  readonly steps?: Steps;
  readonly texts?: Readonly<Record<string, string>>;
  /** Draws the value as a bar. */
  readonly bar?: { readonly max: number | undefined; readonly steps: Steps };
}

/** A column that is a label. */
export interface Key {
  readonly title: string;
  readonly label: Label | 'alert' | 'severity' | 'instance';
  readonly link?: FieldLink;
  readonly width?: number;
  /** Colours the cell by its value. */
  readonly texts?: Readonly<Record<string, { readonly text: string; readonly color: string }>>;
  /** The colour of values that aren't listed. */
  readonly otherwise?: string;
}

export interface Table extends Omit<Description, 'unit'> {
  readonly keys: readonly Key[];
  readonly columns: readonly Column[];
  /** By a column's title. */
  readonly sort: { readonly by: string; readonly descending: boolean; readonly first?: number };
  /** Titles from left to right, where the labels don't come first. */
  readonly order?: readonly string[];
}

export function table({ keys, columns, sort, order, ...description }: Table): PanelBuilder {
  const targets = columns.map(({ expr }, index) => rows(expr, refIdOf(index)));
  const titles = [
    ...keys.map(({ label, title }) => [label as string, title] as const),
    ...columns.map(({ title }, index) => [valueField(index, columns.length), title] as const),
  ];
  const place = ([, title]: readonly [string, string]) => order?.indexOf(title) ?? 0;
  const ordered = titles.toSorted((a, b) => place(a) - place(b));
  const panel = described(new PanelBuilder(), { ...description, unit: 'none' }, targets)
    .decimals(0)
    .cellHeight(TableCellHeight.Sm)
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: { Time: true },
        indexByName: Object.fromEntries(ordered.map(([field], index) => [field, index])),
        renameByName: Object.fromEntries(titles),
      },
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

type Property = { id: string; value: unknown };
const widthOf = (width: number | undefined): Property[] =>
  width === undefined ? [] : [{ id: 'custom.width', value: width }];
const background: Property = { id: 'custom.cellOptions', value: { type: 'color-background', mode: 'basic' } };

function keyProperties({ link, width, texts, otherwise }: Key): Property[] {
  const options = Object.entries(texts ?? {}).map(([value, result], index) => [value, { ...result, index }]);
  return [
    ...(link === undefined ? [] : [{ id: 'links', value: [link] }]),
    ...(texts === undefined
      ? []
      : [
          { id: 'mappings', value: [{ type: MappingType.ValueToText, options: Object.fromEntries(options) }] },
          background,
        ]),
    ...(otherwise === undefined ? [] : [{ id: 'color', value: { mode: 'fixed', fixedColor: otherwise } }]),
    ...widthOf(width),
  ];
}

function columnProperties({ unit, decimals, steps, texts, width, isCentred, bar }: Column): Property[] {
  const judged = steps ?? bar?.steps;
  return [
    { id: 'unit', value: unit },
    ...(decimals === undefined ? [] : [{ id: 'decimals', value: decimals }]),
    { id: 'mappings', value: [...mapped(texts), nothing('–', nothingToSay)] },
    ...(judged === undefined ? [] : [{ id: 'thresholds', value: { mode: 'absolute', steps: judged } }]),
    ...(steps === undefined ? [] : [background]),
    ...(isCentred ? [{ id: 'custom.align', value: 'center' }] : []),
    ...(bar === undefined
      ? []
      : [
          { id: 'custom.cellOptions', value: { type: 'gauge', mode: 'basic', valueDisplayMode: 'text' } },
          { id: 'min', value: 0 },
          ...(bar.max === undefined ? [] : [{ id: 'max', value: bar.max }]),
        ]),
    ...widthOf(width),
  ];
}
