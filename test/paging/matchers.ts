import type { Labels } from './labels.ts';

export type Matches = (labels: Labels) => boolean;

const matcher = /^\s*(\w+)\s*(=~|!~|!=|=)\s*(?:"((?:[^"\\]|\\.)*)"|([^",]+?))\s*(?:,|$)/;

/** A matcher of Alertmanager's configuration, such as `area="playbook"`, or several with commas between them. */
export function matcherOf(text: string): Matches {
  const all: Matches[] = [];
  let rest = text.replace(/^\s*\{(.*)\}\s*$/s, '$1');
  while (rest.trim() !== '') {
    const [whole, name, operator, quoted, plain = ''] = matcher.exec(rest) ?? [];
    if (whole === undefined || name === undefined) throw new Error(`no matcher: ${text}`);
    rest = rest.slice(whole.length);
    const value = quoted?.replaceAll(/\\(.)/g, '$1') ?? plain;
    const holds = operator?.endsWith('~') ? matchesAll(value) : (given: string) => given === value;
    const isNegated = operator?.startsWith('!') === true;
    all.push((labels) => holds(labels[name] ?? '') !== isNegated);
  }
  return (labels) => all.every((holds) => holds(labels));
}

function matchesAll(expression: string): (given: string) => boolean {
  const regular = new RegExp(`^(?:${expression})$`, 's');
  return (given) => regular.test(given);
}
