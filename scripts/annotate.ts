import { isMap, isSeq, type Node, parseDocument, type YAMLMap } from 'yaml';

/** Sets annotations in the text of a YAML file and leaves every other character as it is. */

/** What to write for each annotation, as YAML; null: nothing. */
export type Annotations = Readonly<Record<string, string | null>>;
export type AnnotationsOf = (alert: string, labels: Labels) => Annotations;
type Labels = Readonly<Record<string, string>>;

/** In each alert of a rule file. */
export function annotateRules(text: string, annotationsOf: AnnotationsOf): string {
  const alerts = mapsIn(parseDocument(text), 'groups')
    .flatMap((group) => mapsIn(group, 'rules'))
    .filter((rule) => rule.has('alert'));
  return replaced(
    text,
    alerts.flatMap((alert) =>
      changesOf(
        text,
        alert.get('annotations'),
        annotationsOf(String(alert.get('alert')), labelsOf(alert.get('labels'))),
      ),
    ),
  );
}

/** In each alert that a unit test of rules expects. */
export function annotateTests(text: string, annotationsOf: AnnotationsOf): string {
  const expected = mapsIn(parseDocument(text), 'tests')
    .flatMap((test) => mapsIn(test, 'alert_rule_test'))
    .flatMap((one) => mapsIn(one, 'exp_alerts').map((alert) => ({ alert, name: String(one.get('alertname')) })));
  return replaced(
    text,
    expected.flatMap(({ alert, name }) =>
      changesOf(text, alert.get('exp_annotations'), annotationsOf(name, labelsOf(alert.get('exp_labels')))),
    ),
  );
}

interface Change {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Takes what stands there away, and writes what is to stand there behind the other annotations. */
function changesOf(text: string, written: unknown, annotations: Annotations): Change[] {
  if (!isMap(written)) return [];
  const entries = written.items.map(({ key, value }) => {
    const [begin] = rangeOf(key);
    const from = text.lastIndexOf('\n', begin) + 1;
    // The end of a folded text comprises the blank lines behind it.
    const to = from + text.slice(from, rangeOf(value)[2]).trimEnd().length + 1;
    return { name: String(key), indent: text.slice(from, begin), from, to };
  });
  const last = entries.findLast(({ name }) => !(name in annotations));
  if (last === undefined) return [];
  const lines = Object.entries(annotations).flatMap(([name, value]) =>
    value === null ? [] : `${last.indent}${name}: ${value}\n`,
  );
  return [
    ...entries.filter(({ name }) => name in annotations).map(({ from, to }) => ({ from, to, text: '' })),
    { from: last.to, to: last.to, text: lines.join('') },
  ];
}

function replaced(text: string, changes: readonly Change[]): string {
  let result = text;
  for (const change of changes.toSorted((a, b) => b.from - a.from || b.to - a.to))
    result = result.slice(0, change.from) + change.text + result.slice(change.to);
  return result;
}

const rangeOf = (node: unknown) => (node as Node).range ?? [0, 0, 0];

function mapsIn(node: { get(key: string): unknown }, key: string): YAMLMap[] {
  const list = node.get(key);
  return isSeq(list) ? list.items.filter((item) => isMap(item)) : [];
}

function labelsOf(node: unknown): Labels {
  return isMap(node) ? (node.toJSON() as Labels) : {};
}
