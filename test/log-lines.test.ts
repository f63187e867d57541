import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { createLogLines } from '../src/log-lines.ts';

/** A stream whose reader takes a line when it is told to. */
function slowStream() {
  const read: string[] = [];
  const pending: ((error?: Error) => void)[] = [];
  const stream = new Writable({
    autoDestroy: false,
    highWaterMark: 10,
    write(line, _, done) {
      read.push(String(line));
      pending.push(done);
    },
  });
  const take = async (error?: Error) => {
    pending.shift()?.(error);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { stream, read, take };
}

const tenBytes = (n: number) => `line ${n}`.padEnd(9).concat('\n');

test('lines that nobody reads are kept up to a bound; the others are dropped and counted when there is room again', async () => {
  const { stream, read, take } = slowStream();
  const dropped: number[] = [];
  const lines = createLogLines(stream, 30, (count) => dropped.push(count));
  for (let n = 0; n < 10; n++) lines.write(tenBytes(n));
  expect(stream.writableLength).toBe(40);
  expect(dropped).toEqual([]);
  for (let n = 0; n < 4; n++) await take();
  expect(read).toEqual([0, 1, 2, 3].map(tenBytes));
  expect(dropped).toEqual([6]);
  lines.write(tenBytes(10));
  expect(dropped).toEqual([6]);
});

test('a line that could not be written is counted, and ends nothing', async () => {
  const { stream, take } = slowStream();
  const dropped: number[] = [];
  const lines = createLogLines(stream, 30, (count) => dropped.push(count));
  lines.write(tenBytes(1));
  await take(new Error('the disk is full'));
  lines.write(tenBytes(2));
  expect(dropped).toEqual([1]);
});

test('flushing waits for all lines, and not for long', async () => {
  const { stream, take } = slowStream();
  const lines = createLogLines(stream, 30, () => {});
  lines.write(tenBytes(1));
  let isFlushed = false;
  const flushed = lines.flush(60_000).then(() => {
    isFlushed = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(isFlushed).toBe(false);
  await take();
  await take();
  await flushed;
  lines.write(tenBytes(2));
  await lines.flush(1);
});
