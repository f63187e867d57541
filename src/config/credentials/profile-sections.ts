/**
 * The sections of an INI file, with their keys and values. A `#` or `;` begins a comment only at the start of a line: in a value it is
 * part of the secret, which the libraries for INI files would cut there. What follows the name of a section doesn't count.
 */
export function parseSections(text: string): Map<string, Map<string, string>> {
  const sections = new Map<string, Map<string, string>>();
  let section = new Map<string, string>();
  for (const line of text.split(/\r?\n|\r/)) {
    const name = /^\s*\[([^\]]*)/.exec(line)?.[1]?.trim();
    if (name !== undefined) {
      section = sections.get(name) ?? new Map();
      sections.set(name, section);
      continue;
    }
    const [, key, value = ''] = /^\s*([^#;=:\s][^=:]*?)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined) section.set(key.toLowerCase(), value.replace(/^(["'])(.*)\1$/, '$2'));
  }
  return sections;
}
