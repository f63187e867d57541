/** Values over time: lines for what is, stacked bars for what has happened. */
import {
  GraphDrawStyle,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { neutral, type Steps } from '../colours.ts';
import { coloured, type Description, described } from './described.ts';
import { thresholds } from './stat.ts';
import { type Query, range, refIdOf } from './target.ts';

export interface Graph extends Description {
  readonly queries: readonly Query[];
  /** By the names of the series. */
  readonly colours?: Readonly<Record<string, string>>;
  /** Drawn as dashed lines. */
  readonly steps?: Steps;
  readonly max?: number;
  /** The least time between two points: with few runs a shorter one shows nothing but noise. */
  readonly minInterval?: string;
}

export function lines(graph: Graph): PanelBuilder {
  return base(graph).drawStyle(GraphDrawStyle.Line).lineWidth(2).fillOpacity(0).showPoints(VisibilityMode.Auto);
}

export function bars(graph: Graph): PanelBuilder {
  return base(graph)
    .drawStyle(GraphDrawStyle.Bars)
    .lineWidth(0)
    .fillOpacity(90)
    .stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'));
}

function base({ queries, colours = {}, steps, max, minInterval, ...description }: Graph): PanelBuilder {
  const targets = queries.map((query, index) => range(query, refIdOf(index)));
  const panel = coloured(described(new PanelBuilder(), description, targets), colours)
    .min(0)
    // Grafana's own palette has a red and a green that mean nothing: series without a colour are told apart by lightness.
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Shades).fixedColor(neutral))
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
  if (max !== undefined) panel.max(max);
  if (minInterval !== undefined) panel.interval(minInterval);
  if (steps !== undefined) {
    const style = new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed);
    panel.thresholds(thresholds(steps)).thresholdsStyle(style);
  }
  return panel;
}
