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

/** A panel that is not as wide as its share of the line. */
export interface Wide {
  readonly panel: PanelBuilder;
  readonly columns: number;
}
export const wide = (columns: number, panel: PanelBuilder): Wide => ({ panel, columns });

/** Panels side by side, all of one height; those without a width of their own share what is left. */
export interface Line {
  readonly height: number;
  readonly panels: readonly Wide[];
}

export function line(height: number, ...panels: (PanelBuilder | Wide)[]): Line {
  const fixed = panels.filter((one) => 'columns' in one);
  const left = columns - fixed.reduce((sum, one) => sum + one.columns, 0);
  const share = left / (panels.length - fixed.length);
  return { height, panels: panels.map((one) => ('columns' in one ? one : wide(share, one))) };
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
    for (const { height, panels } of lines) {
      let x = 0;
      for (const { panel, columns: w } of panels) {
        id += 1;
        parent.withPanel(panel.id(id).gridPos({ x, y, w, h: height }));
        x += w;
      }
      y += height;
    }
    if (row !== undefined && folded) {
      builder.withRow(row);
      // What is folded in takes no place.
      y = top;
    }
  }
  return builder.build();
}
