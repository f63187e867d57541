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
  /** What a ratio of nothing to nothing says, which is neither good nor bad. */
  readonly notANumber?: string;
}

export function stat({ expr, steps, decimals, texts, notANumber, ...description }: Stat): PanelBuilder {
  const panel = described(new PanelBuilder(), description, [instant({ expr, legend: description.title }, 'A')])
    .thresholds(thresholds(steps ?? noThresholds))
    .mappings([...mapped(texts), ...nothingToNothing(notANumber), nothing(description.noValue, unknown)])
    .colorMode(steps === undefined ? BigValueColorMode.None : BigValueColorMode.BackgroundSolid)
    .graphMode(BigValueGraphMode.None)
    .textMode(BigValueTextMode.Value)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']));
  const digits = decimals ?? (description.unit === 'none' ? 0 : undefined);
  return digits === undefined ? panel : panel.decimals(digits);
}

export const thresholds = (steps: Steps): ThresholdsConfigBuilder =>
  new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([...steps]);

export function mapped(texts: Readonly<Record<string, string>> = {}): ValueMapping[] {
  const options = Object.fromEntries(Object.entries(texts).map(([value, text], index) => [value, { text, index }]));
  return Object.keys(options).length === 0 ? [] : [{ type: MappingType.ValueToText, options }];
}

function nothingToNothing(text: string | undefined): ValueMapping[] {
  const result = { text: text ?? '', color: nothingToSay };
  return text === undefined
    ? []
    : [{ type: MappingType.SpecialValue, options: { match: SpecialValueMatch.NotANumber, result } }];
}

/** No sample, or a ratio of nothing to nothing: without a colour of its own it would have that of the lowest threshold. */
export function nothing(text: string, color: string): ValueMapping {
  return { type: MappingType.SpecialValue, options: { match: SpecialValueMatch.NullAndNan, result: { text, color } } };
}
