/** One large value, readable from across the room. It has a background only if it is judged. */
import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  ReduceDataOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  MappingType,
  SpecialValueMatch,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { noThresholds, nothingToSay, type Steps, unknown } from '../colours.ts';
import { type Description, described } from './described.ts';
import { instant } from './target.ts';

export interface Stat extends Description {
  readonly expr: string;
  readonly steps?: Steps;
  readonly decimals?: number;
  /** Text in place of single values, so that colour isn't all that tells them apart. */
  readonly texts?: Readonly<Record<string, string>>;
  /** Whether it is well that there is no value, which then has no background. */
  readonly isAbsentWell?: boolean;
}

export function stat({ expr, steps, decimals, texts, isAbsentWell, ...description }: Stat): PanelBuilder {
  const panel = described(new PanelBuilder(), description, [instant({ expr, legend: description.title }, 'A')])
    .thresholds(thresholds(steps ?? noThresholds))
    .mappings([...mapped(texts), nothing(description.noValue, isAbsentWell ? nothingToSay : unknown)])
    .colorMode(steps === undefined ? BigValueColorMode.None : BigValueColorMode.BackgroundSolid)
    .graphMode(BigValueGraphMode.None)
    .textMode(BigValueTextMode.Value)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']));
  return decimals === undefined ? panel : panel.decimals(decimals);
}

export const thresholds = (steps: Steps): ThresholdsConfigBuilder =>
  new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([...steps]);

export function mapped(texts: Readonly<Record<string, string>> = {}): ValueMapping[] {
  const options = Object.fromEntries(Object.entries(texts).map(([value, text], index) => [value, { text, index }]));
  return Object.keys(options).length === 0 ? [] : [{ type: MappingType.ValueToText, options }];
}

/** No sample, or a ratio of nothing to nothing: without a colour of its own it would have that of the lowest threshold. */
export function nothing(text: string, color: string): ValueMapping {
  return { type: MappingType.SpecialValue, options: { match: SpecialValueMatch.NullAndNan, result: { text, color } } };
}
