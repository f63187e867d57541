import { pino } from 'pino';
import { expect, test } from 'vitest';
import { loggerOptions } from '../../src/log.ts';
import { createLabelledLog } from '../../src/poll/labelled-log.ts';

test('a line carries the labels as they are when it is written, beside its own fields', () => {
  const lines: Record<string, unknown>[] = [];
  const root = pino(
    { ...loggerOptions, level: 'info' },
    { write: (line: string) => void lines.push(JSON.parse(line)) },
  );
  let workspace: string | undefined = 'w1';
  const log = createLabelledLog(root, () => ({ workspace, workspace_id: 'w1' }));
  log.info('a message alone');
  workspace = 'prod';
  log.warn({ instance: 'i1' }, 'with fields');
  log.error({ err: new TypeError('broken') }, 'with an error');
  workspace = undefined;
  log.info('without a label');
  root.info('by others');
  expect(lines.map(({ time, ...line }) => line)).toEqual([
    { level: 30, workspace: 'w1', workspace_id: 'w1', msg: 'a message alone' },
    { level: 40, workspace: 'prod', workspace_id: 'w1', instance: 'i1', msg: 'with fields' },
    { level: 50, workspace: 'prod', workspace_id: 'w1', err: expect.anything(), msg: 'with an error' },
    { level: 30, workspace_id: 'w1', msg: 'without a label' },
    { level: 30, msg: 'by others' },
  ]);
});

test('no secret reaches the log by a label', () => {
  const lines: string[] = [];
  const root = pino(loggerOptions, { write: (line: string) => void lines.push(line) });
  createLabelledLog(root, () => ({ workspace: 'authorization: THE-SECRET' })).info('said');
  expect(lines.join()).toContain('said');
  expect(lines.join()).not.toContain('THE-SECRET');
});
