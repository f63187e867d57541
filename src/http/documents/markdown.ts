import type { MarkedToken, RendererObject, Tokens } from 'marked';

/** The only file that uses marked, which is imported with the first document that somebody reads. */

/** Where a link of a document leads: a reference for the browser, or null for what these pages don't have. */
export type LinkOf = (href: string) => string | null;

/** A document as HTML. Nothing of it is taken for HTML, and what is no link on these pages stays as text. */
export async function render(markdown: string, linkOf: LinkOf): Promise<string> {
  const { Marked } = await import('marked');
  return new Marked({ renderer: rendererOf(linkOf) }).parse(markdown, { async: false });
}

/** The text of the first heading. */
export function titleOf(markdown: string): string {
  return plain(/^# (.*)$/m.exec(markdown)?.[1] ?? '');
}

/** As GitHub makes them: of two headings with one text the second has `-1` behind it. */
function createAnchors(): (heading: string) => string {
  const known = new Set<string>();
  return (heading) => {
    const slug = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-');
    let anchor = slug;
    for (let n = 1; known.has(anchor); n++) anchor = `${slug}-${n}`;
    known.add(anchor);
    return anchor;
  };
}

function rendererOf(linkOf: LinkOf): RendererObject {
  const anchorOf = createAnchors();
  return {
    heading({ tokens, depth, text }) {
      return `<h${depth} id="${escaped(anchorOf(text))}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
    },
    link({ href, tokens }) {
      const link = linkOf(href);
      const text = this.parser.parseInline(tokens);
      return link === null ? text : `<a href="${escaped(link)}">${text}</a>`;
    },
    image: ({ text }) => escaped(text),
    // Comments are for who writes the documents.
    html: ({ text }) => (text.startsWith('<!--') ? '' : escaped(text)),
    // It may be scrolled, so the keyboard must reach it.
    code: ({ text }) => `<pre tabindex="0"><code>${escaped(text)}</code></pre>\n`,
    table({ header, rows }) {
      return table(header, rows, (tokens) => this.parser.parseInline(tokens));
    },
  };
}

/** Built as those of the status page (`../page/table.ts`). */
function table(
  header: readonly Tokens.TableCell[],
  rows: readonly (readonly Tokens.TableCell[])[],
  inline: (tokens: MarkedToken[]) => string,
): string {
  const head = header.map(({ text, tokens }) =>
    text === ''
      ? '<td role="cell"></td>'
      : `<th role="columnheader" scope="col">${inline(tokens as MarkedToken[])}</th>`,
  );
  const body = rows.map((cells) => {
    const titled = cells.map(
      ({ tokens }, i) =>
        `<td role="cell" data-title="${escaped(plain(header[i]?.text ?? ''))}"><div>${inline(tokens as MarkedToken[])}</div></td>`,
    );
    return `<tr role="row">${titled.join('')}</tr>\n`;
  });
  return `<table role="table">
<thead role="rowgroup"><tr role="row">${head.join('')}</tr></thead>
<tbody role="rowgroup">
${body.join('')}</tbody>
</table>
`;
}

const plain = (text: string) => text.replaceAll('`', '');

const escaped = (text: string) => text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
