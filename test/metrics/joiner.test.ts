import { inflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { gzipEnd, gzipHead, tailOf } from '../../src/metrics/gzip.ts';
import { createJoiner } from '../../src/metrics/joiner.ts';

const blocks = (...texts: string[]) => texts.map((text) => Buffer.from(text));

test('neighbours are joined until they are large enough', async () => {
  const parts = await createJoiner(4)(blocks('a', 'bc', 'defgh', 'ij', 'kl', 'm'));
  expect(parts.map(({ plain }) => Buffer.from(plain).toString())).toEqual(['abcdefgh', 'ijkl', 'm']);
});

test('parts whose blocks are the same objects are not compressed again, those after a change that lie beyond it neither', async () => {
  const join = createJoiner(4);
  const all = blocks('aaaa', 'bbbb', 'c', 'd', 'ee');
  const before = await join(all);
  const after = await join(all.with(1, Buffer.from('xxxx')));
  expect(after.map((part, i) => part === before[i])).toEqual([true, false, true]);
});

test('a block that is in another company now is joined anew', async () => {
  const join = createJoiner(4);
  const [a, b, c] = [Buffer.from('a'), Buffer.from('b'), Buffer.from('c')];
  await join([a, b, c]);
  const parts = await join([a, c]);
  expect(parts.map(({ plain }) => Buffer.from(plain).toString())).toEqual(['ac']);
});

test('the compressed parts put together hold what the plain ones do', async () => {
  const parts = await createJoiner(4)(blocks('aaaa', 'bbbb', 'c'));
  const head = await gzipHead(parts);
  const deflated = Buffer.concat([head.bytes, gzipEnd(head, tailOf(Buffer.from('end')))]).subarray(10, -8);
  expect(inflateRawSync(deflated).toString()).toBe('aaaabbbbcend');
});
