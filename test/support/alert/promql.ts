import { parser } from '@prometheus-io/lezer-promql';

/** One use of a metric, with the labels that its matchers name. */
export interface Selector {
  readonly metric: string;
  readonly labels: readonly string[];
}

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What a PromQL expression is about, by Prometheus' own grammar. */
export interface Expression {
  readonly selectors: readonly Selector[];
  /** Labels of `by`, `without`, `on`, `ignoring`, `group_left` and `group_right`. */
  readonly groupingLabels: readonly string[];
  /** Where ranges, resolutions and offsets stand in the text. */
  readonly durations: readonly Span[];
}

/** @throws where the text is no PromQL */
export function readExpression(text: string): Expression {
  const selectors: { metric: string; labels: string[] }[] = [];
  const groupingLabels: string[] = [];
  const durations: Span[] = [];
  parser.parse(text).iterate({
    enter: ({ type, node, from, to }) => {
      const written = text.slice(from, to);
      if (type.isError) throw new Error(`no PromQL at ${from}: ${text}`);
      if (type.name === 'VectorSelector') selectors.push({ metric: written.replace(/\{.*/s, ''), labels: [] });
      if (type.name === 'LabelName') {
        if (node.parent?.name === 'GroupingLabels') groupingLabels.push(written);
        else selectors.at(-1)?.labels.push(written);
      }
      if (type.name === 'NumberDurationLiteralInDurationContext') durations.push({ from, to });
    },
  });
  return { selectors, groupingLabels, durations };
}
