import { expect, test } from 'vitest';
import { type BehaviourChange, changed, friendly } from '../../src/simulator/behaviour.ts';
import { createMemory } from '../../src/simulator/behaviour-handle.ts';
import { dateHeader } from '../../src/simulator/clock-header.ts';
import { instancesPath, nowMs, setUp } from './harness.ts';

const now = 'Fri, 18 Jul 2025 07:11:03 GMT';
const anHourAhead = 'Fri, 18 Jul 2025 08:11:03 GMT';

test.each<[string, BehaviourChange['time'], (string | null)[]]>([
  ['tells the time', {}, [now, now, now]],
  ['is wrong for two answers', { offMs: 3_600_000, offAnswers: 2 }, [anHourAhead, anHourAhead, now]],
  ['is wrong for ever', { offMs: -1000 }, Array(3).fill('Fri, 18 Jul 2025 07:11:02 GMT')],
  ['is not there', { date: 'absent' }, [null, null, null]],
  ['has another form', { date: 'iso' }, Array(3).fill('2025-07-18T07:11:03.000Z')],
  ['stands still', { date: 'constant' }, Array(3).fill('Fri, 18 Jul 2025 06:00:00 GMT')],
])('Date %s', (_, time, told) => {
  const memory = createMemory(Date.parse('2025-07-18T06:00:00Z'));
  expect(told.map(() => dateHeader(changed(friendly, { time }).time, memory, nowMs))).toEqual(told);
});

test('an answer has the Date of its workspace', async () => {
  const { simulator, get } = await setUp();
  const dates = async () =>
    [await get(instancesPath), await get('/v3/projects')].map(({ headers }) => headers.get('date'));
  expect(await dates()).toEqual([now, now]);
  simulator.behaviour.patch({ time: { offMs: 3_600_000, offAnswers: 1 } });
  expect(await dates()).toEqual([anHourAhead, anHourAhead]);
  expect(await dates()).toEqual([now, now]);
  simulator.directory.workspaces()[0]?.behaviour.patch({ time: { date: 'absent' } });
  expect(await dates()).toEqual([null, now]);
});
