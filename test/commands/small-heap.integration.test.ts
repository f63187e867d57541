import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const file = join(import.meta.dirname, '..', '..', 'src', 'commands', 'small-heap.ts');

/** The size of the young generation, in bytes, once much has been allocated and some of it kept for a while. */
function youngGeneration(begin: string): number {
  const program = `
    import { getHeapSpaceStatistics } from 'node:v8';
    import { keepHeapSmall } from ${JSON.stringify(file)};
    ${begin}
    const kept = [];
    for (let i = 0; i < 100; i++) {
      kept.push(Array.from({ length: 20_000 }, (_, j) => ({ i, j })));
      if (kept.length > 5) kept.shift();
    }
    console.log(getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space').space_size);
  `;
  return Number(execFileSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' }));
}

// V8 decides by time too: on a busy machine, it is rarely larger. Without the flag it always is.
test('the young generation grows by itself, and not once the heap is to be kept small', { retry: 5 }, () => {
  expect(youngGeneration('')).toBeGreaterThan(8_000_000);
  expect(youngGeneration('keepHeapSmall();')).toBeLessThan(6_000_000);
});
