import { EventEmitter } from 'node:events';
import { describe, expect, test } from 'vitest';
import { createCompare, passwordLimits, type Thread } from '../../src/http/bcrypt.ts';

/** A thread that finds every password right, or fails by `fail`. */
function thread(fail: ((events: EventEmitter) => void) | null = null): Thread {
  const events = new EventEmitter();
  const postMessage = () => queueMicrotask(() => (fail === null ? events.emit('message', true) : fail(events)));
  return Object.assign(events, { postMessage, terminate: async () => 0 }) as unknown as Thread;
}

describe('logins go on after a thread', () => {
  test.each<[string, () => Thread]>([
    [
      'that could not start, since there are too many',
      () => {
        throw new Error('no thread');
      },
    ],
    ['that has failed', () => thread((events) => events.emit('error', new Error('no memory')))],
    ['that has ended', () => thread((events) => events.emit('exit', 1))],
  ])('%s', async (_, start) => {
    let isBad = true;
    const { compare } = createCompare(passwordLimits, () => (isBad ? start() : thread()));
    const many = Array.from({ length: 20 }, () => compare('password', 'hash', '192.0.2.1'));
    const outcomes = await Promise.allSettled(many);
    expect(outcomes.map(({ status }) => status)).toEqual(many.map(() => 'rejected'));
    isBad = false;
    expect(await compare('password', 'hash', '192.0.2.1')).toBe(true);
  });
});
