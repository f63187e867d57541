import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { gzipEnd, gzipHead, partOf, tailOf } from '../../src/metrics/gzip.ts';

test('a gzip stream begun once is ended with any tail', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array()), fc.uint8Array(), async (first, last) => {
      const head = await gzipHead(await Promise.all(first.map((piece) => partOf(Buffer.from(piece)))));
      const whole = Buffer.concat([head.bytes, gzipEnd(head, tailOf(Buffer.from(last)))]);
      expect(gunzipSync(whole)).toEqual(Buffer.concat([...first, last]));
    }),
  );
});
