import { expect, test } from 'vitest';
import { createSoc, type SimulatedSoc } from '../support/world/simulated-soc.ts';

const lines = ({ logged }: SimulatedSoc) => logged.filter(({ msg }) => msg === 'history sweep in progress');

/** A first poll that sweeps 1,000 instances, with so many milliseconds for each request. */
async function sweepAt(requestMs: number): Promise<SimulatedSoc> {
  let advance = () => {};
  const soc = createSoc({
    through: (secmaster) => ({
      ...secmaster,
      listInstances: (...asked) => {
        advance();
        return secmaster.listInstances(...asked);
      },
    }),
  });
  for (let n = 0; n < 1_000; n += 1)
    soc.world.finish(soc.world.start(soc.now() - n * 60_000), soc.now() - n * 60_000 + 1);
  advance = () => soc.turn(requestMs);
  await soc.poll();
  return soc;
}

test('a sweep that takes longer than ten seconds says every ten seconds how far it is', async () => {
  const soc = await sweepAt(5_000);
  expect(lines(soc).length).toBeGreaterThan(3);
  expect(lines(soc)[0]).toMatchObject({
    level: 30,
    instances: expect.any(Number),
    requests: 3,
    partsLeft: expect.any(Number),
    leftFrom: expect.stringMatching(/^2026-/),
    leftTo: expect.stringMatching(/^2026-/),
  });
  const read = lines(soc).map((line) => ('instances' in line ? Number(line.instances) : 0));
  expect(read).toEqual(read.toSorted((a, b) => a - b));
});

test('a quick sweep says nothing but that it is complete', async () => {
  const soc = await sweepAt(10);
  expect(lines(soc)).toEqual([]);
  expect(soc.logged.map(({ msg }) => msg)).toContain('history sweep complete');
});
