/** Sections of lines of panels, from top to bottom, on Grafana's grid of 24 columns. */
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  type AnnotationQuery,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  type GridPos,
  type Panel,
  RowBuilder,
  type VariableModel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboardLinks, pageLink, runbookLinks, tag } from './links.ts';
import { linkVariables } from './variables.ts';

const columns = 24;

interface PanelBuilder extends Builder<Panel> {
  id(id: number): this;
  gridPos(position: GridPos): this;
}

/** A panel, or lines of panels, as wide as so many columns. */
interface Cell {
  readonly columns: number;
  readonly content: PanelBuilder | readonly Line[];
}
export const wide = (columns: number, panel: PanelBuilder): Cell => ({ columns, content: panel });
/** Lines within a line; together they are as high as it is. */
export const stack = (columns: number, ...lines: readonly ((columns: number) => Line)[]): Cell => ({
  columns,
  content: lines.map((one) => one(columns)),
});

/** Cells side by side, all of one height. */
export interface Line {
  readonly height: number;
  readonly cells: readonly Cell[];
}

/** Panels without a width of their own share what is left. */
export const line = (height: number, ...panels: readonly (PanelBuilder | Cell)[]): Line =>
  lineOf(columns, height, panels);
/** A line of a stack. */
export const tiles =
  (height: number, ...panels: readonly PanelBuilder[]) =>
  (width: number): Line =>
    lineOf(width, height, panels);

function lineOf(width: number, height: number, panels: readonly (PanelBuilder | Cell)[]): Line {
  const fixed = panels.filter((one) => 'columns' in one);
  const left = width - fixed.reduce((sum, one) => sum + one.columns, 0);
  const share = left / (panels.length - fixed.length);
  return { height, cells: panels.map((one) => ('columns' in one ? one : wide(share, one))) };
}

export interface Section {
  /** Of the row above it; none: the section at the top needs none. */
  readonly title?: string;
  /** Folded in until somebody opens it. */
  readonly folded?: boolean;
  readonly lines: readonly Line[];
}

export interface Layout {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** How far back it looks when it is opened, such as `24h`. */
  readonly time: string;
  readonly refresh: string;
  readonly variables: readonly Builder<VariableModel>[];
  readonly annotations: readonly Builder<AnnotationQuery>[];
  readonly sections: readonly Section[];
}

export function dashboard({
  uid,
  title,
  description,
  time,
  refresh,
  variables,
  annotations,
  sections,
}: Layout): Dashboard {
  const builder = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags([tag])
    .time({ from: `now-${time}`, to: 'now' })
    .timezone('browser')
    .refresh(refresh)
    .tooltip(DashboardCursorSync.Crosshair)
    .variables([...variables, ...linkVariables])
    .annotations([...annotations])
    .links([dashboardLinks, pageLink, runbookLinks]);
  let id = 0;
  let y = 0;
  for (const { title: name, folded = false, lines } of sections) {
    const row = name === undefined ? undefined : new RowBuilder(name).collapsed(folded);
    if (row !== undefined) {
      id += 1;
      row.id(id).gridPos({ x: 0, y, w: columns, h: 1 });
      y += 1;
    }
    if (row !== undefined && !folded) builder.withRow(row);
    const parent = row !== undefined && folded ? row : builder;
    const top = y;
    for (const { panel, position } of placed(lines, 0, y)) {
      id += 1;
      parent.withPanel(panel.id(id).gridPos(position));
    }
    y += heightOf(lines);
    if (row !== undefined && folded) {
      builder.withRow(row);
      // What is folded in takes no place.
      y = top;
    }
  }
  return builder.build();
}

const heightOf = (lines: readonly Line[]) => lines.reduce((sum, { height }) => sum + height, 0);

/** From left to right and from top to bottom. */
function* placed(
  lines: readonly Line[],
  left: number,
  top: number,
): Generator<{ readonly panel: PanelBuilder; readonly position: GridPos }> {
  let y = top;
  for (const { height, cells } of lines) {
    let x = left;
    for (const { columns: w, content } of cells) {
      if ('build' in content) yield { panel: content, position: { x, y, w, h: height } };
      else yield* placed(content, x, y);
      x += w;
    }
    y += height;
  }
}
