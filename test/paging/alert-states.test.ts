import { describe, expect, test } from 'vitest';
import { firedOf } from './alert-states.ts';

const minute = 60_000;

/** Minutes in which the expression has a result, and when the alert fires. */
function fired(held: string, forMinutes: number, keepMinutes: number): string {
  const heldMs = [...held].flatMap((one, index) => (one === '#' ? [index * minute] : []));
  const all = firedOf(
    heldMs,
    { forMs: forMinutes * minute, keepMs: keepMinutes * minute },
    { intervalMs: minute, lastMs: (held.length - 1) * minute },
  );
  return [...held]
    .map((_, index) => index * minute)
    .map((ms) => (all.some(({ fromMs, untilMs }) => ms >= fromMs && (untilMs === null || ms < untilMs)) ? '#' : '.'))
    .join('');
}

describe('an alert', () => {
  test.each([
    ['without for, fires at once and ends at once', '..##..#.', 0, 0, '..##..#.'],
    ['waits for so long', '.#####..', 3, 0, '....##..'],
    ['begins to wait anew after a gap', '.##.####', 3, 0, '.......#'],
    ['is kept for so long after its last result', '.##.....', 0, 3, '.#####..'],
    ['is kept over a gap', '.#..#...', 0, 3, '.#######'],
    ['is kept only if it has fired', '.##.....', 3, 3, '........'],
    ['fires until the end', '....####', 1, 0, '.....###'],
    ['never fires without a result', '........', 0, 0, '........'],
  ])('%s', (_, held, forMinutes, keepMinutes, expected) => {
    expect(fired(held, forMinutes, keepMinutes)).toBe(expected);
  });
});
