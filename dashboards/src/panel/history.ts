/** Names by time: a row for each series, a cell for each step that has a value. */
import {
  LegendDisplayMode,
  LegendPlacement,
  VisibilityMode,
  VizLegendOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/statushistory';
import type { Steps } from '../colours.ts';
import { type Description, described } from './described.ts';
import { thresholds } from './stat.ts';
import { type Query, range } from './target.ts';

/** So many that each can be seen, however long the time is. */
const mostSteps = 60;

export interface History extends Description {
  readonly query: Query;
  readonly steps: Steps;
  readonly minInterval: string;
}

export function history({ query, steps, minInterval, ...description }: History): PanelBuilder {
  return described(new PanelBuilder(), description, [range(query, 'A')])
    .interval(minInterval)
    .maxDataPoints(mostSteps)
    .decimals(0)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .thresholds(thresholds(steps))
    .rowHeight(0.85)
    .perPage(8)
    .colWidth(0.9)
    .fillOpacity(100)
    .lineWidth(0)
    .showValue(VisibilityMode.Auto)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(false),
    );
}
