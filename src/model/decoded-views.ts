/**
 * A text as it reads once what encodes or breaks it is undone: percent, HTML, JSON and Unicode escapes, white space and what can't be
 * seen. Each unit knows which part of the text it comes from.
 */
export interface View {
  readonly text: string;
  /** Where each unit comes from; null: the view is the text itself. */
  readonly from: readonly number[] | null;
  readonly to: readonly number[] | null;
}

/** How often an escape may itself be escaped. */
const maxRounds = 4;

const invisible = String.raw`[\s\p{Cc}\p{Cf}\p{DI}\ufffd]+`;
const breaks = new RegExp(invisible, 'gu');
const escapes = new RegExp(
  [
    '%(?<byte>[0-9a-fA-F]{2})',
    String.raw`\\u\{(?<point>[0-9a-fA-F]{1,6})\}`,
    String.raw`\\u(?<unit>[0-9a-fA-F]{4})`,
    String.raw`\\x(?<hex>[0-9a-fA-F]{2})`,
    String.raw`\\(?<octal>[0-3][0-7]{2})`,
    '&#[xX](?<entity>[0-9a-fA-F]{1,6});?',
    '&#(?<number>[0-9]{1,7});?',
    '&(?<name>[a-zA-Z]{2,6});?',
    String.raw`\\(?<plain>[^ux])`,
    invisible,
  ].join('|'),
  'gu',
);
const entities = new Map(
  Object.entries({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", sol: '/', plus: '+', equals: '=' }),
);

/** The text without breaks, and then once more for each escape that is undone. */
export function viewsOf(text: string): View[] {
  let view = rewritten({ text, from: null, to: null }, breaks, () => '');
  const views = [view];
  for (let round = 0; round < maxRounds; round++) {
    if (!/[%\\&]/.test(view.text)) break;
    const next = rewritten(view, escapes, decoded);
    if (next === view) break;
    views.push(next);
    view = next;
  }
  return views;
}

/** The part of the text that the units from `first` to before `end` come from. */
export function sourceOf({ from, to }: View, first: number, end: number): readonly [number, number] {
  return [from?.[first] ?? first, to?.[end - 1] ?? end];
}

function rewritten(view: View, pattern: RegExp, rewrite: (match: RegExpExecArray) => string): View {
  let text = '';
  const from: number[] = [];
  const to: number[] = [];
  let at = 0;
  const keepUntil = (end: number) => {
    text += view.text.slice(at, end);
    for (; at < end; at++) {
      from.push(view.from?.[at] ?? at);
      to.push(view.to?.[at] ?? at + 1);
    }
  };
  for (const match of view.text.matchAll(pattern)) {
    keepUntil(match.index);
    const end = match.index + match[0].length;
    const instead = rewrite(match);
    const [start, stop] = sourceOf(view, match.index, end);
    text += instead;
    for (let i = 0; i < instead.length; i++) {
      from.push(start);
      to.push(stop);
    }
    at = end;
  }
  if (at === 0) return view;
  keepUntil(view.text.length);
  return { text, from, to };
}

function decoded({ 0: written, groups = {} }: RegExpExecArray): string {
  const { byte, point, unit, hex, octal, entity, number, name, plain } = groups;
  const code = byte ?? point ?? unit ?? hex ?? entity;
  if (code !== undefined) return character(Number.parseInt(code, 16));
  if (octal !== undefined) return character(Number.parseInt(octal, 8));
  if (number !== undefined) return character(Number(number));
  if (name !== undefined) return entities.get(name.toLowerCase()) ?? written;
  // Such as \n.
  return plain === undefined || 'bfnrt'.includes(plain) ? '' : plain;
}

function character(code: number): string {
  return code > 0x20 && code <= 0x10ffff ? String.fromCodePoint(code) : '';
}
