/** How values are spread, over time: the buckets of a histogram. */
import { HeatmapCellLayout, VisibilityMode } from '@grafana/grafana-foundation-sdk/common';
import {
  CellValuesBuilder,
  HeatmapColorMode,
  HeatmapColorOptionsBuilder,
  HeatmapColorScale,
  PanelBuilder,
  RowsHeatmapOptionsBuilder,
  YAxisConfigBuilder,
} from '@grafana/grafana-foundation-sdk/heatmap';
import { mark } from '../colours.ts';
import { type Description, described } from './described.ts';
import { heatmap as target } from './target.ts';

export interface Heatmap extends Omit<Description, 'unit'> {
  /** Of the values that fall into the buckets; a cell counts them. */
  readonly bucketUnit: string;
  readonly expr: string;
  readonly minInterval: string;
}

export function heatmap({ expr, minInterval, bucketUnit, ...description }: Heatmap): PanelBuilder {
  return described(new PanelBuilder(), { ...description, unit: 'none' }, [target(expr, 'A')])
    .interval(minInterval)
    .calculate(false)
    .rowsFrame(new RowsHeatmapOptionsBuilder().layout(HeatmapCellLayout.Auto))
    .yAxis(new YAxisConfigBuilder().unit(bucketUnit))
    .cellValues(new CellValuesBuilder().unit('none').decimals(0))
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
    .exemplarsColor(mark)
    .showLegend();
}
