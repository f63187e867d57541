import type { Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { createFileReader, type Disk, maxFileBytes, readDeadlineMs } from '../../src/config/bounded-reader.ts';
import { createManualClock } from '../../src/simulator/manual-clock.ts';

type Kind = 'File' | 'Directory' | 'FIFO' | 'Socket' | 'CharacterDevice' | 'BlockDevice';

const stats = (kind: Kind) =>
  Object.fromEntries(
    (['File', 'Directory', 'FIFO', 'Socket', 'CharacterDevice', 'BlockDevice'] as const).map((one) => [
      `is${one}`,
      () => one === kind,
    ]),
  ) as unknown as Stats;

type Chunk = string | 'EAGAIN';

/** A disk whose files give one chunk after another; one whose chunk is a promise doesn't answer before that does. */
function setUp(files: Record<string, { kind?: Kind; chunks: (Chunk | Promise<Chunk>)[]; opens?: Promise<void> }>) {
  const clock = createManualClock();
  const opened: string[] = [];
  const closed: string[] = [];
  const statOf = (path: string) => {
    const file = files[path];
    if (file === undefined) throw Object.assign(new Error(`secret ${path}`), { code: 'ENOENT' });
    return stats(file.kind ?? 'File');
  };
  const disk: Disk = {
    stat: async (path) => statOf(path),
    open: async (path) => {
      opened.push(path);
      await files[path]?.opens;
      const chunks = [...(files[path]?.chunks ?? [])];
      const handle = {
        stat: async () => statOf(path),
        read: async (buffer: Buffer) => {
          const chunk = (await chunks.shift()) ?? '';
          if (chunk === 'EAGAIN') throw Object.assign(new Error('not yet'), { code: 'EAGAIN' });
          return { bytesRead: buffer.write(chunk), buffer };
        },
        close: async () => void closed.push(path),
      };
      return handle as unknown as FileHandle;
    },
  };
  const reader = createFileReader(disk, clock);
  const read = async (path: string, mayBePipe = false) => {
    const file = await reader.read(path, { mayBePipe });
    return 'bytes' in file ? Buffer.from(file.bytes).toString() : `! ${file.problem}`;
  };
  return { clock, reader, read, opened, closed };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));
const late = '! was not read within 5s; check its disk or network mount';

test('a file is read to its end, in as many pieces as it comes', async () => {
  const { read, closed, clock } = setUp({ a: { chunks: ['one, ', 'two'] }, empty: { chunks: [] } });
  expect(await read('a')).toBe('one, two');
  expect(await read('empty')).toBe('');
  expect(closed).toEqual(['a', 'empty']);
  expect(clock.sleeping()).toEqual([]);
});

test('one without end is left at its limit', async () => {
  const chunks = Array.from({ length: 1_000 }, () => 'x'.repeat(65_536));
  const { read, closed } = setUp({ endless: { chunks } });
  expect(await read('endless')).toBe(`! is larger than ${maxFileBytes} bytes`);
  expect(closed).toEqual(['endless']);
});

test.each<[Kind, string]>([
  ['Directory', 'directory'],
  ['FIFO', 'pipe'],
  ['Socket', 'socket'],
  ['CharacterDevice', 'device'],
  ['BlockDevice', 'device'],
])('a %s is not even opened', async (kind, name) => {
  const { read, opened } = setUp({ it: { kind, chunks: ['x'] } });
  expect(await read('it')).toBe(`! is a ${name}, not a file`);
  expect(opened).toEqual([]);
});

test('whether there is something is known, and no problem tells the path', async () => {
  const { reader } = setUp({ pipe: { kind: 'FIFO', chunks: [] } });
  expect(await reader.read('hunter2')).toEqual({ problem: 'no such file', isThere: false });
  expect(await reader.read('pipe')).toMatchObject({ isThere: true });
});

describe('a file that never answers', () => {
  const never = new Promise<string>(() => {});

  test.each<[string, Parameters<typeof setUp>[0]]>([
    ['when it is opened', { hung: { chunks: ['x'], opens: new Promise(() => {}) } }],
    ['when it is read', { hung: { chunks: [never] } }],
    ['in the middle', { hung: { chunks: ['x', never] } }],
  ])('%s is given up in time, asked once, and refused at once from then on', async (_, files) => {
    const { read, clock, opened, reader } = setUp({ ...files, other: { chunks: ['fine'] } });
    const both = Promise.all([read('hung'), read('hung')]);
    await clock.turn(readDeadlineMs - 1);
    expect(await read('other')).toBe('fine');
    await clock.turn(1);
    expect(await both).toEqual([late, late]);
    for (let poll = 0; poll < 100; poll += 1) expect(await read('hung')).toBe(late);
    expect(opened.filter((path) => path === 'hung')).toHaveLength(1);
    expect(await read('other')).toBe('fine');
    const settled = reader.settles(200);
    await clock.turn(200);
    expect(await settled).toBe(false);
  });

  test('is read again once it has answered', async () => {
    const answer = Promise.withResolvers<string>();
    const { read, clock, reader } = setUp({ slow: { chunks: [answer.promise] } });
    const first = read('slow');
    await clock.turn(readDeadlineMs);
    expect(await first).toBe(late);
    answer.resolve('at last');
    expect(await reader.settles(200)).toBe(true);
    expect(await read('slow')).toBe('at last');
  });

  test('takes at most two threads, however many there are; others say why they were not read', async () => {
    const names = Array.from({ length: 50 }, (_, n) => `hung ${n}`);
    const hung = Object.fromEntries(names.map((name) => [name, { chunks: [never] }]));
    const { read, clock, opened } = setUp({ ...hung, other: { chunks: ['fine'] } });
    const all = Promise.all(names.map((name) => read(name)));
    const other = read('other');
    await clock.turn(readDeadlineMs);
    const crowdedOut = '! was not read because other files are not read either; check their disk or network mount';
    expect(await all).toEqual([late, late, ...names.slice(2).map(() => crowdedOut)]);
    expect(await other).toBe(crowdedOut);
    expect(opened).toEqual(names.slice(0, 2));
    expect(await read('other')).toBe(crowdedOut);
  });

  test('leaves the others their turn while there is one', async () => {
    const names = Array.from({ length: 20 }, (_, n) => `file ${n}`);
    const files = Object.fromEntries(names.map((name) => [name, { chunks: [name] }]));
    const { read } = setUp({ ...files, hung: { chunks: [never] } });
    void read('hung');
    expect(await Promise.all(names.map((name) => read(name)))).toEqual(names);
  });
});

describe('a pipe, where one may be', () => {
  test('is read when its data come, and to its end', async () => {
    const { read, clock } = setUp({ pipe: { kind: 'FIFO', chunks: ['', 'EAGAIN', 'work', 'EAGAIN', 'spaces'] } });
    const text = read('pipe', true);
    await clock.turn(1_000);
    expect(await text).toBe('workspaces');
  });

  test.each<[string, Chunk[]]>([
    ['nobody writes', []],
    ['nobody ends', ['work', ...Array.from({ length: 1_000 }, (): Chunk => 'EAGAIN')]],
  ])('into which %s is given up in time and closed', async (_, chunks) => {
    const { read, clock, closed, reader } = setUp({ pipe: { kind: 'FIFO', chunks } });
    const text = read('pipe', true);
    await clock.turn(readDeadlineMs + 20);
    expect(await text).toBe('! is a pipe that was not written and closed within 5s');
    await settle();
    expect(closed).toEqual(['pipe']);
    expect(await reader.settles(0)).toBe(true);
  });
});
