import { posix } from 'node:path';
import { html, raw } from 'hono/html';
import { type LinkOf, render, titleOf } from './markdown.ts';

/** The documents of this version, as pages in two folders. All links are relative: a proxy may change what stands before them. */

type Html = ReturnType<typeof html>;

export interface DocumentPage {
  /** The same, if it is asked for again. */
  readonly body: () => Promise<Html>;
}

/**
 * Pages by path: `/docs/alerts`, also as `/docs/alerts.md`, `/runbooks/SecMasterThrottled` likewise, `/docs/` and `/runbooks/`. A page is
 * rendered when it is first asked for.
 *
 * @param texts Markdown by path in the folder `docs` of the project
 */
export function documentPages(texts: ReadonlyMap<string, string>, version: string): ReadonlyMap<string, DocumentPage> {
  const pages = new Map<string, DocumentPage>();
  for (const [file, text] of texts) {
    const document = once(async () => {
      const title = titleOf(text);
      return layout(title, raw(await render(text, linksFrom(file, texts))), version);
    });
    pages.set(pathOf(file), document);
    pages.set(`${pathOf(file)}.md`, document);
  }
  if (texts.size === 0) return pages;
  for (const [path, title] of [
    ['/docs/', 'Documentation'],
    ['/runbooks/', 'Runbooks'],
  ] as const) {
    pages.set(
      path,
      once(async () => layout(title, contents(path, title, texts), version)),
    );
  }
  return pages;
}

function once(make: () => Promise<Html>): DocumentPage {
  let made: Promise<Html> | null = null;
  return {
    body: () => {
      made ??= make();
      return made;
    },
  };
}

function pathOf(file: string): string {
  const name = file.replace(/\.md$/, '');
  return name.startsWith('runbooks/') ? `/${name}` : `/docs/${name}`;
}

/** Other files of the project are not served. */
function linksFrom(file: string, texts: ReadonlyMap<string, string>): LinkOf {
  return (href) => {
    if (/^(#|https?:)/i.test(href)) return href;
    const [path = '', anchor] = href.split('#');
    const target = posix.join(posix.dirname(file), path);
    if (target === 'runbooks/') return '../runbooks/';
    if (!texts.has(target)) return null;
    return `..${pathOf(target)}${anchor === undefined ? '' : `#${anchor}`}`;
  };
}

function contents(path: string, title: string, texts: ReadonlyMap<string, string>): Html {
  const inFolder = [...texts].filter(([file]) => pathOf(file).startsWith(path));
  return html`<h1>${title}</h1>
<ul>${inFolder.map(([file, text]) => html`<li><a href="..${pathOf(file)}">${titleOf(text)}</a></li>`)}</ul>`;
}

function layout(title: string, content: Html, version: string): Html {
  return html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>${title} · secmaster-exporter</title>
  <link rel="stylesheet" href="../-/status.css">
  <link rel="icon" href="data:,">
</head>
<body>
  <header>
    <p class="name">secmaster-exporter <small>${version}</small></p>
    <nav aria-label="Links">
      <a href="../">Status</a>
      <a href="../runbooks/">Runbooks</a>
      <a href="../docs/">Documentation</a>
    </nav>
  </header>
  <main class="document">
${content}
  </main>
</body>
</html>
`;
}
