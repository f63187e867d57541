/** How values are spread, over time: the buckets of a histogram. */
import { HeatmapCellLayout, VisibilityMode } from '@grafana/grafana-foundation-sdk/common';
import {
  HeatmapColorMode,
  HeatmapColorOptionsBuilder,
  HeatmapColorScale,
  PanelBuilder,
  RowsHeatmapOptionsBuilder,
  YAxisConfigBuilder,
} from '@grafana/grafana-foundation-sdk/heatmap';
import { bad } from '../colours.ts';
import { type Description, described } from './described.ts';
import { heatmap as target } from './target.ts';

export interface Heatmap extends Description {
  readonly expr: string;
  readonly exemplars: boolean;
  readonly minInterval: string;
}

export function heatmap({ expr, exemplars, minInterval, ...description }: Heatmap): PanelBuilder {
  return described(new PanelBuilder(), description, [target(expr, 'A', exemplars)])
    .interval(minInterval)
    .calculate(false)
    .rowsFrame(new RowsHeatmapOptionsBuilder().layout(HeatmapCellLayout.Auto))
    .yAxis(new YAxisConfigBuilder().unit(description.unit))
    .color(
      // Cividis runs from blue to yellow by lightness, so it reads the same without red and green.
      new HeatmapColorOptionsBuilder()
        .mode(HeatmapColorMode.Scheme)
        .scheme('Cividis')
        .scale(HeatmapColorScale.Exponential)
        .exponent(0.5)
        .steps(64),
    )
    .showValue(VisibilityMode.Never)
    .exemplarsColor(bad)
    .showLegend();
}
