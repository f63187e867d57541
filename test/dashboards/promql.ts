/** What Prometheus's own parsers for editors say about an expression. */
import { createRequire } from 'node:module';
import { LanguageType, promQLLanguage } from '@prometheus-io/codemirror-promql';
import { Parser } from '@prometheus-io/codemirror-promql/dist/cjs/parser/index.js';
import { parser } from '@prometheus-io/lezer-promql';

// codemirror-promql is CommonJS and knows only that build of CodeMirror.
const required = createRequire(createRequire(import.meta.url).resolve('@prometheus-io/codemirror-promql'));
type State = ConstructorParameters<typeof Parser>[0] & { update(spec: object): { state: State } };
const { EditorState } = required('@codemirror/state') as {
  EditorState: { create(config: { doc: string; extensions: unknown }): State };
};
const { ensureSyntaxTree } = required('@codemirror/language') as {
  ensureSyntaxTree(state: State, upto: number, timeoutMs: number): object | null;
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
  // By itself an editor parses for 20 ms and leaves the rest for later; an update takes over what has been parsed since.
  if (ensureSyntaxTree(state, expr.length, 10_000) === null) throw new Error(`not parsed in 10 s: ${expr}`);
  const checked = new Parser(state.update({}).state);
  checked.analyze();
  return checked.getDiagnostics().map(({ message }) => message);
}
