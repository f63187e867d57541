import { PassThrough } from 'node:stream';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { createProgress, progressLine, type Step } from '../../src/commands/progress.ts';
import { createStatusLine } from '../../src/commands/status-line.ts';

const step = (done: number | null, total: number): Step => ({ text: '3 of 12', done, total, fields: { done } });
const full = (n: number) => '█'.repeat(n);
const empty = (n: number) => '░'.repeat(n);

test.each<[string, number | null, number, number, string]>([
  ['nothing', 0, 12, 2_000, `[${empty(24)}]   0%  2 s  3 of 12`],
  ['a quarter', 3, 12, 12_900, `[${full(6)}${empty(18)}]  25%  12 s  3 of 12`],
  ['all', 12, 12, 60_000, `[${full(24)}] 100%  60 s  3 of 12`],
  ['more than there was', 13, 12, 60_000, `[${full(24)}] 100%  60 s  3 of 12`],
  ['a part of nobody knows what', null, 12, 2_000, `[${empty(8)}${full(4)}${empty(12)}]  2 s  3 of 12`],
  ['a part of nothing, on the way back', 0, 0, 6_000, `[${empty(16)}${full(4)}${empty(4)}]  6 s  3 of 12`],
])('a bar of %s', (_, done, total, passedMs, line) => {
  expect(progressLine(step(done, total), passedMs)).toBe(line);
});

/** The terminal doesn't wrap it, however wide its characters are. */
const shown = (text: string, above = '') => `\r\u001b[K${above}\u001b[?7l${text}\u001b[?7h`;

function watched(isTTY: boolean) {
  const terminal = Object.assign(new PassThrough(), { isTTY, columns: 60 });
  const logged: object[] = [];
  const log = pino({ base: null, timestamp: false }, { write: (line) => void logged.push(JSON.parse(line)) });
  let nowMs = 1_000;
  let look = () => {};
  const statusLine = createStatusLine(terminal);
  const progress = createProgress('poll in progress', {
    statusLine,
    log,
    elapsedMs: () => nowMs,
    repeat: (each) => {
      look = each;
      return () => {
        look = () => {};
      };
    },
  });
  return {
    progress,
    statusLine,
    logged,
    pass: (ms: number) => {
      nowMs += ms;
      look();
    },
    written: () => String(terminal.read() ?? ''),
  };
}

describe('at a terminal', () => {
  test('a bar appears after two seconds, is drawn four times a second, and disappears', () => {
    const { progress, pass, written, logged } = watched(true);
    progress.tell(step(3, 12));
    pass(1_999);
    expect(written()).toBe('');
    pass(1);
    const bar = `[${full(6)}${empty(18)}]  25%  2 s  3 of 12`;
    expect(written()).toBe(shown(bar));
    progress.tell(step(4, 12));
    pass(249);
    expect(written()).toBe('');
    pass(1);
    expect(written()).toBe(shown(`[${full(8)}${empty(16)}]  33%  2 s  3 of 12`));
    pass(60_000);
    written();
    progress.end();
    pass(60_000);
    expect([written(), logged]).toEqual(['\r\u001b[K', []]);
  });

  test('what ends before is not seen', () => {
    const { progress, pass, written } = watched(true);
    pass(1_000);
    progress.end();
    expect(written()).toBe('');
  });

  test('lines of the log get above it, and it is cut to the width', () => {
    const { statusLine, written } = watched(true);
    expect(statusLine.above('a line\n')).toBe('a line\n');
    statusLine.show('x'.repeat(100));
    expect(written()).toBe(shown('x'.repeat(59)));
    expect(statusLine.above('a line\n')).toBe(shown('x'.repeat(59), 'a line\n'));
    statusLine.clear();
    expect([written(), statusLine.above('a line\n')]).toEqual(['\r\u001b[K', 'a line\n']);
  });
});

describe('elsewhere', () => {
  test('a line in the log every ten seconds', () => {
    const { progress, statusLine, pass, written, logged } = watched(false);
    progress.tell(step(3, 12));
    pass(9_999);
    expect(logged).toEqual([]);
    pass(1);
    progress.tell(step(5, 12));
    pass(9_999);
    pass(1);
    expect(logged).toEqual([3, 5].map((done) => ({ level: 30, done, msg: 'poll in progress' })));
    statusLine.show('nobody sees it');
    progress.end();
    expect([written(), statusLine.above('a line\n')]).toEqual(['', 'a line\n']);
  });

  test('none of what logs it by itself', () => {
    const { progress, logged, pass } = watched(false);
    progress.tell({ ...step(null, 0), fields: null });
    pass(60_000);
    expect(logged).toEqual([]);
  });

  test('also of what leaves no time to others', () => {
    const { progress, logged, pass } = watched(false);
    progress.end();
    pass(10_000);
    progress.tell(step(1, 2));
    expect(logged).toEqual([{ level: 30, done: 1, msg: 'poll in progress' }]);
  });
});
