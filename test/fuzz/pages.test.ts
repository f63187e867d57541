/**
 * Pages that SecMaster may send, whoever wrote what is in them: genuine ones of the simulator, changed at random, through client, fold,
 * ledger and exposition.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hold, numberOf } from './hold.ts';
import { createHostileSoc, type Hostility } from './hostile-soc.ts';
import { mutations } from './mutations.ts';

const pagesOfWorld = 20;
const pages = numberOf('FUZZ_PAGES', 200, 1_000);
const world: fc.Arbitrary<Hostility> = fc.record({
  honestPolls: fc.nat({ max: 4 }),
  perPoll: fc.constantFrom(2, 5, 20),
  mutations: fc.array(fc.option(mutations, { freq: 20 }), { minLength: pagesOfWorld, maxLength: pagesOfWorld }),
});

test(
  'polls go on, counters never fall, and the exposition parses and stays within its bounds',
  async () => {
    let served = 0;
    await hold({ file: 'test/fuzz/pages.test.ts', cases: Math.ceil(pages / pagesOfWorld) }, world, async (given) => {
      const hostile = createHostileSoc(given);
      for (let polls = 0; hostile.left() > 0 && polls < 3 * pagesOfWorld; polls++) await hostile.poll();
      served += given.mutations.filter((one) => one !== null).length - hostile.left();
      // What is honest again is believed again.
      for (let polls = 0; polls < 3; polls++) {
        hostile.soc.turn(61 * 60_000);
        await hostile.poll();
      }
      const { last } = hostile.soc.workspace.report().polls;
      if (last?.error !== null) throw new Error(`never recovers: ${last?.error}`);
      await hostile.close();
    });
    process.stdout.write(`${served} mutated pages\n`);
    expect(served).toBeGreaterThan(0);
  },
  60_000 + pages * 100,
);
