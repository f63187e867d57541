/** Parts of a Markdown file that `npm run docs` writes, each between two comments, `begin` and `end`, with its name. */

/** The file with this content in the section. */
export function replaceSection(markdown: string, name: string, content: string): string {
  const [begin, end] = [`<!-- begin ${name}: written by npm run docs -->\n`, `<!-- end ${name} -->`];
  const from = markdown.indexOf(begin);
  const to = markdown.indexOf(end, from);
  if (from === -1 || to === -1) throw new Error(`no section ${name}`);
  return `${markdown.slice(0, from) + begin}\n${content.trim()}\n\n${markdown.slice(to)}`;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
