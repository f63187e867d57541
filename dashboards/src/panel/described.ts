/** What every panel says about itself, whatever it draws. */
import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import { type DashboardLink, type DataSourceRef, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard';
import { dataSource } from './target.ts';

export interface Description {
  readonly title: string;
  /** In plain words: what is shown, over which time, and what to make of it. */
  readonly description: string;
  /** A unit of Grafana's, such as `s` or `percentunit`. */
  readonly unit: string;
  /** What stands in place of a value that isn't there. */
  readonly noValue: string;
  readonly links?: readonly Builder<DashboardLink>[];
}

/** Runs of playbooks can be missing for a good reason, and the reader should know which. None of these says that all is well. */
export const noRuns = 'No runs found';
export const noExporter = 'No data: is the exporter scraped?';
/** In a tile: nothing is scraped, or the data are old. */
export const notKnown = 'Not known';

interface PanelBuilder {
  title(title: string): this;
  description(description: string): this;
  unit(unit: string): this;
  noValue(text: string): this;
  links(links: Builder<DashboardLink>[]): this;
  datasource(ref: DataSourceRef): this;
  withTarget(target: Builder<Dataquery>): this;
}

export function described<B extends PanelBuilder>(
  panel: B,
  { title, description, unit, noValue, links = [] }: Description,
  targets: readonly Builder<Dataquery>[],
): B {
  panel
    .title(title)
    .description(description)
    .unit(unit)
    .noValue(noValue)
    .links([...links])
    .datasource(dataSource);
  for (const target of targets) panel.withTarget(target);
  return panel;
}

/** An override for each name that has a colour of its own. */
export function coloured<B extends { overrideByName(name: string, properties: { id: string; value: object }[]): B }>(
  panel: B,
  colours: Readonly<Record<string, string>>,
): B {
  for (const [name, fixedColor] of Object.entries(colours)) {
    panel.overrideByName(name, [{ id: 'color', value: { mode: FieldColorModeId.Fixed, fixedColor } }]);
  }
  return panel;
}
