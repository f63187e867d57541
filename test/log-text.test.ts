import { expect, test } from 'vitest';
import { createTextLines, logfmtLine } from '../src/log-text.ts';

const text = createTextLines({ timeZone: 'Europe/Berlin' });
const line = (fields: object) => JSON.stringify({ level: 'warn', time: '2026-01-31T12:00:00.250Z', ...fields });

test.each<[string, object, string, string]>([
  ['a message alone', { msg: 'stopped' }, 'stopped', 'msg=stopped'],
  [
    'words and numbers',
    { workspace: 'prod', seconds: 1.5, isGood: true, none: null, msg: 'poll failed' },
    'poll failed workspace=prod seconds=1.5 isGood=true none=null',
    'msg="poll failed" workspace=prod seconds=1.5 isGood=true none=null',
  ],
  [
    'several words, quotes and an equals sign',
    { playbook: 'Isolate "host"', filter: 'a=b', empty: '', msg: 'run failed' },
    'run failed playbook="Isolate \\"host\\"" filter="a=b" empty=""',
    'msg="run failed" playbook="Isolate \\"host\\"" filter="a=b" empty=""',
  ],
  [
    'a list and an object',
    { problems: ['a b'], err: { type: 'TypeError' }, msg: 'bad' },
    'bad problems=["a b"] err={"type":"TypeError"}',
    'msg=bad problems="[\\"a b\\"]" err="{\\"type\\":\\"TypeError\\"}"',
  ],
  ['Chinese', { playbook: '高危漏洞' }, 'playbook=高危漏洞', 'playbook=高危漏洞'],
  [
    'line ends, cursor movements and turned reading',
    { a: 'x\ny', b: '\u001b[2J', c: '\u009b1m', d: 'a\u202eb', e: 'a\u2028b', msg: 'x\r\n\u0085y' },
    'x\\u{d}\\u{a}\\u{85}y a="x\\ny" b="\\u001b[2J" c="\\u{9b}1m" d="a\\u{202e}b" e="a\\u{2028}b"',
    'msg="x\\r\\n\\u{85}y" a="x\\ny" b="\\u001b[2J" c="\\u{9b}1m" d="a\\u{202e}b" e="a\\u{2028}b"',
  ],
  [
    'a stack in one line',
    { err: { stack: 'a\n    at b' } },
    'err={"stack":"a\\n    at b"}',
    'err="{\\"stack\\":\\"a\\\\n    at b\\"}"',
  ],
  ['a name with a blank', { 'a b="c': 1 }, 'a_b_c=1', 'a_b_c=1'],
])('one line for %s', (_, fields, asText, asLogfmt) => {
  expect(text(line(fields))).toBe(`2026-01-31 13:00:00 WARN  ${asText}\n`);
  expect(logfmtLine(line(fields))).toBe(`time=2026-01-31T12:00:00.250Z level=warn ${asLogfmt}\n`);
});

test('levels stand in a column, and may be dressed', () => {
  const dressed = createTextLines({ timeZone: 'UTC', dress: (level, word) => `<${level}>${word}` });
  expect(text(line({ level: 'error', msg: 'x' }))).toBe('2026-01-31 13:00:00 ERROR x\n');
  expect(dressed(line({ level: 'info', msg: 'x' }))).toBe('2026-01-31 12:00:00 <info>INFO  x\n');
});
