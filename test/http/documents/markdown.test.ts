import { expect, test } from 'vitest';
import { render, titleOf } from '../../../src/http/documents/markdown.ts';

const html = (markdown: string) => render(markdown, (href) => (href === 'none.md' ? null : `/${href}`));

test.each([
  ['a heading has an anchor', '## What a poll asks', '<h2 id="what-a-poll-asks">What a poll asks</h2>\n'],
  [
    'an anchor is of the text alone',
    '# `secmaster_up` is 0',
    '<h1 id="secmaster_up-is-0"><code>secmaster_up</code> is 0</h1>\n',
  ],
  ['the second of two', '# A\n\n# A', '<h1 id="a">A</h1>\n<h1 id="a-1">A</h1>\n'],
  ['a link', '[a `b`](b.md#c)', '<p><a href="/b.md#c">a <code>b</code></a></p>\n'],
  ['a link to what is not here is text', '[a `b`](none.md)', '<p>a <code>b</code></p>\n'],
  ['code', '```promql\na < "b"\n```', '<pre tabindex="0"><code>a &#60; &#34;b&#34;</code></pre>\n'],
  ['a comment', '<!-- begin keys -->\n\na', '<p>a</p>\n'],
  ['HTML', '<script>alert(1)</script>\n', '&#60;script&#62;alert(1)&#60;/script&#62;\n'],
  ['HTML in a line', 'a <b onclick="x">c</b>', '<p>a &#60;b onclick=&#34;x&#34;&#62;c&#60;/b&#62;</p>\n'],
  ['an image, which would be asked for', '![a](https://x/y.png)', '<p>a</p>\n'],
])('%s', async (_, markdown, expected) => {
  expect(await html(markdown)).toBe(expected);
});

test('a table names the column in each cell, for narrow screens', async () => {
  expect(await html('| `a` | b |\n| --- | --- |\n| 1 | x \\| y |')).toBe(`<table role="table">
<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col"><code>a</code></th><th role="columnheader" scope="col">b</th></tr></thead>
<tbody role="rowgroup">
<tr role="row"><td role="cell" data-title="a"><div>1</div></td><td role="cell" data-title="b"><div>x | y</div></td></tr>
</tbody>
</table>
`);
});

test('the title is the first heading', () => {
  expect(titleOf('<!-- a -->\n\n# The `key`s\n\n# B')).toBe('The keys');
});
