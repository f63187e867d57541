/** A bar for each series, longest first: which of them is it? */

import { PanelBuilder } from '@grafana/grafana-foundation-sdk/bargauge';
import { BarGaugeDisplayMode, ReduceDataOptionsBuilder, VizOrientation } from '@grafana/grafana-foundation-sdk/common';
import { noThresholds, type Steps } from '../colours.ts';
import { coloured, type Description, described } from './described.ts';
import { thresholds } from './stat.ts';
import { instant, type Query } from './target.ts';

export interface BarList extends Description {
  readonly query: Query;
  readonly colours?: Readonly<Record<string, string>>;
  readonly steps?: Steps;
  readonly max?: number;
}

export function barList({ query, colours = {}, steps = noThresholds, max, ...description }: BarList): PanelBuilder {
  const panel = coloured(described(new PanelBuilder(), description, [instant(query, 'A')]), colours)
    .thresholds(thresholds(steps))
    .min(0)
    .orientation(VizOrientation.Horizontal)
    .displayMode(BarGaugeDisplayMode.Basic)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']));
  return max === undefined ? panel : panel.max(max);
}
