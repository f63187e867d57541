import { describe, expect, test } from 'vitest';
import { createZeroFirst } from '../../../src/poll/workspace/zero-first.ts';
import { sampleValue } from '../../support/metrics/exposition.ts';
import { createSoc, startMs } from '../../support/world/simulated-soc.ts';

const series = { counter: 'completed', labels: { playbook: 'p', trigger_type: 'EVENT', status: 'FAILED' } } as const;

describe('a new series', () => {
  test('waits until it has been scraped at 0, and then for the hold', () => {
    let nowMs = 0;
    let scrapeMs: number | null = null;
    const zeroFirst = createZeroFirst(
      () => 65_000,
      () => nowMs,
      () => scrapeMs,
    );
    const at = (ms: number, scraped: number | null) => {
      nowMs = ms;
      scrapeMs = scraped;
      const isExposed = zeroFirst.exposed([series]).length > 0;
      zeroFirst.published();
      return isExposed;
    };
    expect(at(1_000, null)).toBe(false);
    expect(at(500_000, null)).toBe(false);
    // The scrape of before it was published does not count.
    expect(at(500_001, 1_000)).toBe(false);
    expect(at(510_000, 505_000)).toBe(false);
    expect(at(569_000, 565_000)).toBe(false);
    expect(at(570_000, 565_000)).toBe(true);
  });

  test('is seen at 0 by two scrapers that scrape once a minute, whenever they do', () => {
    for (let offsetMs = 0; offsetMs < 60_000; offsetMs += 1_700) {
      let nowMs = 0;
      let scrapeMs: number | null = null;
      let isExposed = false;
      const seen: Record<string, (0 | 1)[]> = { a: [], b: [] };
      const zeroFirst = createZeroFirst(
        () => 65_000,
        () => nowMs,
        () => scrapeMs,
      );
      for (nowMs = 0; nowMs < 400_000; nowMs += 100) {
        if (nowMs % 30_000 === 0) {
          isExposed ||= zeroFirst.exposed([series]).length > 0;
          zeroFirst.published();
        }
        for (const [name, phaseMs] of [
          ['a', 7_300],
          ['b', 7_300 + offsetMs],
        ] as const) {
          if (nowMs < phaseMs || (nowMs - phaseMs) % 60_000 !== 0) continue;
          seen[name]?.push(isExposed ? 1 : 0);
          scrapeMs = nowMs;
        }
      }
      expect([seen.a?.[0], seen.b?.[0], seen.a?.at(-1), seen.b?.at(-1)]).toEqual([0, 0, 1, 1]);
    }
  });

  test('is not held where the hold is 0', () => {
    expect(
      createZeroFirst(
        () => 0,
        () => 0,
        () => null,
      ).exposed([series]),
    ).toEqual([series]);
  });
});

describe('in the exposition', () => {
  const playbook = { id: '3e966553-f53d-3d87-835e-7697e353876a', name: 'Isolate host' };
  const completed = 'secmaster_workflow_attempts_completed_total';
  const failed = { playbook: playbook.name, status: 'FAILED' };

  test('the first failure of a playbook grows a series that has been there at 0 (mutation: series made when they grow)', async () => {
    const soc = createSoc({ settings: { newSeriesHoldMs: 65_000 } });
    soc.world.finish(soc.world.start(startMs - 60_000, { playbook }), startMs - 50_000);
    const scrape = async () => sampleValue(await soc.exposition(), completed, failed);
    await soc.poll();
    expect(await scrape()).toBe(0);
    for (let i = 0; i < 4; i++) {
      soc.turn(30_000);
      await soc.poll();
      expect(await scrape()).toBe(0);
    }
    soc.world.fail(soc.world.start(soc.now(), { playbook }), soc.now(), 'node', 'error');
    await soc.poll();
    expect(await scrape()).toBe(1);
  });

  test.each([-1, 0, 1])(
    'a clock that is set by %i day neither hides what a new playbook counts nor shows it early',
    async (days) => {
      const soc = createSoc({ settings: { newSeriesHoldMs: 65_000 } });
      soc.world.finish(soc.world.start(startMs - 60_000, { playbook }), startMs - 50_000);
      await soc.poll();
      soc.world.fail(soc.world.start(soc.now(), { playbook }), soc.now(), 'node', 'error');
      const seen: unknown[] = [];
      for (let i = 0; i < 6; i++) {
        soc.turn(30_000);
        await soc.poll();
        if (i === 1) soc.clock.set(soc.now() + days * 86_400_000);
        seen.push(sampleValue(await soc.exposition(), completed, failed));
      }
      expect(seen).toEqual([0, 0, 0, 1, 1, 1]);
    },
  );

  test('what a new playbook has counted shows once its 0 has been scraped, also over a restart', async () => {
    const soc = createSoc({ settings: { newSeriesHoldMs: 65_000 } });
    await soc.poll();
    soc.world.fail(soc.world.start(soc.now(), { playbook }), soc.now(), 'node', 'error');
    const scrape = async (of = soc) => sampleValue(await of.exposition(), completed, failed);
    await soc.poll();
    expect(await scrape()).toBe(0);
    soc.turn(60_000);
    await soc.poll();
    // Killed just before it would have been exposed: the wait begins again.
    const again = createSoc({ after: soc, settings: { newSeriesHoldMs: 65_000 } });
    const values = [];
    for (let i = 0; i < 6; i++) {
      await again.poll();
      values.push(await scrape(again));
      again.turn(30_000);
    }
    expect(values).toEqual([0, 0, 0, 0, 1, 1]);
    const later = createSoc({ after: soc, settings: { newSeriesHoldMs: 65_000 } });
    await later.poll();
    expect(await scrape(later)).toBe(1);
  });
});
