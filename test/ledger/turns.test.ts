import { expect, test } from 'vitest';
import { createTurns } from '../../src/ledger/turns.ts';

function pieces() {
  const inTurn = createTurns();
  const events: string[] = [];
  const piece = (name: string, isPassedOn = false) => {
    const { promise, resolve: end, reject: fail } = Promise.withResolvers<void>();
    const done = inTurn(async (next) => {
      events.push(`${name} begins`);
      if (isPassedOn) next();
      await promise.finally(() => events.push(`${name} ends`));
    });
    return { done, end, fail };
  };
  return { events, piece };
}

const settled = () => new Promise(setImmediate);

test('a piece of work begins once the one before has ended, or failed', async () => {
  const { events, piece } = pieces();
  const [a, b, c] = [piece('a'), piece('b'), piece('c')];
  await settled();
  expect(events).toEqual(['a begins']);
  a.fail(new Error('broken'));
  await expect(a.done).rejects.toThrow('broken');
  await settled();
  expect(events).toEqual(['a begins', 'a ends', 'b begins']);
  b.end();
  c.end();
  await c.done;
  expect(events.slice(3)).toEqual(['b ends', 'c begins', 'c ends']);
});

test('one that lets the next one begin goes on beside it, whichever ends first and however', async () => {
  const { events, piece } = pieces();
  const [a, b, c] = [piece('a', true), piece('b'), piece('c')];
  await settled();
  expect(events).toEqual(['a begins', 'b begins']);
  a.fail(new Error('broken'));
  await expect(a.done).rejects.toThrow('broken');
  await settled();
  expect(events).toEqual(['a begins', 'b begins', 'a ends']);
  b.end();
  c.end();
  await c.done;
  expect(events.slice(3)).toEqual(['b ends', 'c begins', 'c ends']);
});
