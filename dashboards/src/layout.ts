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
import { dashboardLinks, runbookLinks, tag } from './links.ts';
import { runbookVariables } from './variables.ts';

const columns = 24;

interface PanelBuilder extends Builder<Panel> {
  id(id: number): this;
  gridPos(position: GridPos): this;
}

/** Panels side by side, all of one height and width. */
export interface Line {
  readonly height: number;
  readonly panels: readonly PanelBuilder[];
}

export const line = (height: number, ...panels: PanelBuilder[]): Line => ({ height, panels });

export interface Section {
  readonly title: string;
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
    .variables([...variables, ...runbookVariables])
    .annotations([...annotations])
    .links([dashboardLinks, runbookLinks]);
  let id = 0;
  let y = 0;
  for (const section of sections) {
    id += 1;
    builder.withRow(new RowBuilder(section.title).id(id).gridPos({ x: 0, y, w: columns, h: 1 }));
    y += 1;
    for (const { height, panels } of section.lines) {
      const width = columns / panels.length;
      for (const [index, panel] of panels.entries()) {
        id += 1;
        builder.withPanel(panel.id(id).gridPos({ x: index * width, y, w: width, h: height }));
      }
      y += height;
    }
  }
  return builder.build();
}
