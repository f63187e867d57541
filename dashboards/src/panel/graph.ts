/** Values over time: lines for what is, stacked bars for what has happened. */
import {
  GraphDrawStyle,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  LineInterpolation,
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
import type { Steps } from '../colours.ts';
import { coloured, type Description, described } from './described.ts';
import { thresholds } from './stat.ts';
import { type Query, range, refIdOf } from './target.ts';

export interface Graph extends Description {
  readonly queries: readonly Query[];
  /** By the names of the series. */
  readonly colours?: Readonly<Record<string, string>>;
  /** Drawn as dashed lines. */
  readonly steps?: Steps;
  /** The axis reaches from `min`, by default 0, to `max`. */
  readonly min?: number;
  readonly max?: number;
  readonly decimals?: number;
  /** The least time between two points: with few runs a shorter one shows nothing but noise. */
  readonly minInterval?: string;
}

/** So many that each can be seen, however long the time is. */
const mostBars = 60;

/** Bars: wide enough to be seen where a day is shown. */
export interface Bars extends Graph {
  readonly minInterval: string;
}

export function lines(graph: Graph): PanelBuilder {
  return base(graph).drawStyle(GraphDrawStyle.Line).lineWidth(2).fillOpacity(0).showPoints(VisibilityMode.Auto);
}

/** Gauges that add up, such as open runs. */
export function areas(graph: Graph): PanelBuilder {
  return stacked(base(graph))
    .drawStyle(GraphDrawStyle.Line)
    .lineInterpolation(LineInterpolation.StepAfter)
    .lineWidth(1)
    .fillOpacity(60)
    .showPoints(VisibilityMode.Never);
}

export function bars(graph: Bars): PanelBuilder {
  return stacked(base(graph)).drawStyle(GraphDrawStyle.Bars).lineWidth(0).fillOpacity(90).maxDataPoints(mostBars);
}

const stacked = (panel: PanelBuilder) =>
  panel.stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'));

function base({
  queries,
  colours = {},
  steps,
  min = 0,
  max,
  decimals,
  minInterval,
  ...description
}: Graph): PanelBuilder {
  const targets = queries.map((query, index) => range(query, refIdOf(index)));
  const panel = coloured(described(new PanelBuilder(), description, targets), colours)
    .min(min)
    // Grafana has no palette of one's own for series whose names nobody knows; a workspace has the same colour on each graph.
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName))
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
  // Without a value above 0 the axis of a count would end at 100.
  if (['none', 'short'].includes(description.unit)) panel.axisSoftMax(1);
  if (max !== undefined) panel.max(max);
  if (decimals !== undefined) panel.decimals(decimals);
  if (minInterval !== undefined) panel.interval(minInterval);
  if (steps !== undefined) {
    const style = new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed);
    panel.thresholds(thresholds(steps)).thresholdsStyle(style);
  }
  return panel;
}
