/** What Prometheus's own parsers for editors say about an expression. */
import { createRequire } from 'node:module';
import { LanguageType, promQLLanguage } from '@prometheus-io/codemirror-promql';
import { Parser } from '@prometheus-io/codemirror-promql/dist/cjs/parser/index.js';
import { parser } from '@prometheus-io/lezer-promql';

// codemirror-promql is CommonJS and knows only the EditorState of that build of @codemirror/state.
const { EditorState } = createRequire(import.meta.url)('@codemirror/state') as {
  EditorState: { create(config: { doc: string; extensions: unknown }): ConstructorParameters<typeof Parser>[0] };
};

const strict = parser.configure({ strict: true, top: 'PromQL' });

/** Empty where the syntax is right; lezer stops at the first error. */
export function syntaxErrors(expr: string): string[] {
  try {
    strict.parse(expr);
    return [];
  } catch (error) {
    return [String(error)];
  }
}

/** Empty where each operation gets what it takes, such as a range for `rate`. */
export function typeErrors(expr: string): string[] {
  const state = EditorState.create({ doc: expr, extensions: promQLLanguage(LanguageType.PromQL) });
  const checked = new Parser(state);
  checked.analyze();
  return checked.getDiagnostics().map(({ message }) => message);
}

/** A metric that an expression names, with the labels that it matches. */
export interface Selected {
  readonly name: string;
  readonly labels: readonly string[];
}

export function selectors(expr: string): Selected[] {
  const found: Selected[] = [];
  parser.parse(expr).iterate({
    enter: ({ name, node }) => {
      if (name !== 'VectorSelector') return;
      const identifier = node.getChild('Identifier');
      const matchers = node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? [];
      const text = (of: { from: number; to: number } | null) => (of === null ? '' : expr.slice(of.from, of.to));
      found.push({ name: text(identifier), labels: matchers.map((matcher) => text(matcher.getChild('LabelName'))) });
    },
  });
  return found;
}

/** The labels that `by` and `on` name. */
export function groupingLabels(expr: string): string[] {
  const found: string[] = [];
  parser.parse(expr).iterate({
    enter: ({ name, node }) => {
      if (name !== 'GroupingLabels') return;
      for (const label of node.getChildren('LabelName')) found.push(expr.slice(label.from, label.to));
    },
  });
  return found;
}
