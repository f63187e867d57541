import { expect, test } from 'vitest';
import { createEventQueue } from '../../src/simulator/event-queue.ts';

test('what is due is done in order of time, at one time in order of planning, up to and with the moment', () => {
  const queue = createEventQueue();
  const done: string[] = [];
  const plan = (name: string, atMs: number) => queue.at(atMs, (now) => done.push(`${name}@${now}`));
  plan('c', 20);
  plan('a', 10);
  plan('b', 10);
  plan('late', 21);
  plan('d', 20);
  queue.runUntil(20);
  expect(done).toEqual(['a@10', 'b@10', 'c@20', 'd@20']);
  queue.runUntil(20);
  expect(done).toHaveLength(4);
});

test('what is planned meanwhile is done too if it is due', () => {
  const queue = createEventQueue();
  const done: number[] = [];
  const tick = (atMs: number) => {
    done.push(atMs);
    queue.at(atMs + 10, tick);
  };
  queue.at(0, tick);
  queue.runUntil(35);
  expect(done).toEqual([0, 10, 20, 30]);
});
