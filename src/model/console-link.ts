/** Links to SecMaster's console, whose addresses the configuration says: they are not documented. */

export const consoleParts = ['region', 'project_id', 'workspace_id', 'instance_id'] as const;
export type ConsolePart = (typeof consoleParts)[number];

const part = /\{([^{}]*)\}/g;

/** An `https://` URL whose path, query and fragment may have `{region}` and the like; null for any other text. */
export function parseConsoleUrl(text: string): string | null {
  const isKnown = [...text.matchAll(part)].every(([, name]) => consoleParts.some((known) => known === name));
  const plain = text.replace(part, 'x');
  return isKnown &&
    /^https:\/\/[^\s/?#@\\{}]+([/?#][^\s{}]*)?$/i.test(plain) &&
    !/[{}]/.test(originOf(text)) &&
    URL.canParse(plain)
    ? text
    : null;
}

function originOf(text: string): string {
  return /^https:\/\/[^/?#]*/i.exec(text)?.[0] ?? '';
}

/** @returns null where the pattern needs a part that is not given: a workspace has no instance */
export function consoleLink(pattern: string, given: Readonly<Partial<Record<ConsolePart, string>>>): string | null {
  const names = [...pattern.matchAll(part)].map(([, name]) => name as ConsolePart);
  if (names.some((name) => given[name] === undefined)) return null;
  return pattern.replace(part, (_, name: ConsolePart) => encodeURIComponent(given[name] ?? ''));
}
