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
