import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { relativeLinks } from '../support/relative-links.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const find = (...patterns: string[]) => globSync(patterns, { cwd: root }).sort();

const markdownFiles = find('*.md', 'docs/**/*.md');
const sources = find(
  '{src,test,scripts,dashboards/src}/**/*.ts',
  '{alerts,deploy,dashboards/provisioning,test/alerts}/**/*.{yml,yaml,service,conf}',
  'Dockerfile',
  '*.ts',
);

/** A heading's anchors, as GitHub makes them: of two with one text the second has `-1` behind it. */
function anchorsIn(markdown: string): Set<string> {
  const anchors = new Set<string>();
  const prose = markdown.replaceAll(/^```.*?^```/gms, '');
  for (const [, heading = ''] of prose.matchAll(/^#+ (.*)$/gm)) {
    const slug = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-');
    let anchor = slug;
    for (let n = 1; anchors.has(anchor); n++) anchor = `${slug}-${n}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** What is wrong with a reference, null if it leads somewhere. */
function problemOf(reference: string, from = '.'): string | null {
  const [path = '', anchor] = reference.split('#');
  const file = path === '' ? from : relative(root, join(root, dirname(from), path));
  if (!existsSync(join(root, file))) return `${reference}: no such file`;
  if (anchor === undefined || anchorsIn(read(file)).has(anchor)) return null;
  return `${reference}: no such heading`;
}

test('what comments and messages say of the documentation is there', () => {
  const problems = sources.flatMap((file) => {
    const references = [...read(file).matchAll(/\bdocs\/[\w/-]+\.md(?:#[\w-]+)?/g)];
    return references.map(([reference]) => problemOf(reference)).filter((problem) => problem !== null);
  });
  expect(problems).toEqual([]);
});

test('relative links in the documentation lead somewhere', () => {
  const problems = markdownFiles.flatMap((file) => {
    return relativeLinks(read(file))
      .map((link) => problemOf(link, file))
      .filter((problem) => problem !== null);
  });
  expect(problems).toEqual([]);
});

/** Names of documents that a reader of this repository doesn't have. */
const outside = /api\/facts|\bcontract(?:\.md| §)|\bdesign(?:\.md|:)|\bmodels\.md|\bAPI document, table/i;

test('nothing refers to a document outside the repository', () => {
  const lines = [...sources, ...markdownFiles].flatMap((file) =>
    read(file)
      .split('\n')
      .map((line) => `${file}: ${line}`),
  );
  expect(lines.length).toBeGreaterThan(1000);
  expect(lines.filter((line) => outside.test(line))).toEqual([]);
});

describe('anchors', () => {
  test.each([
    ['## What a poll asks', 'what-a-poll-asks'],
    ["### SecMaster's codes", 'secmasters-codes'],
    ['# `secmaster_up` is 0', 'secmaster_up-is-0'],
    ['## A\n\n## A', 'a-1'],
  ])('of %j', (markdown, anchor) => {
    expect([...anchorsIn(markdown)]).toContain(anchor);
  });

  test('a reference to what is not there is a problem', () => {
    expect(problemOf('none.md', 'docs/metrics.md')).toBe('none.md: no such file');
    expect(problemOf('counting.md#none', 'docs/metrics.md')).toBe('counting.md#none: no such heading');
    expect(problemOf('counting.md#tail', 'docs/metrics.md')).toBeNull();
    expect(problemOf('#labels', 'docs/metrics.md')).toBeNull();
  });
});
