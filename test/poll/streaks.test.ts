/** Failures in a row, in the exposition, by the rows that SecMaster shows. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SecMasterError } from '../../src/secmaster/http/errors.ts';
import type { World } from '../../src/simulator/world.ts';
import { inForm } from '../support/form.ts';
import { sampleValue } from '../support/metrics/exposition.ts';
import { createSoc, type SimulatedSoc } from '../support/world/simulated-soc.ts';
import { hourMs, minuteMs, playbook, runs } from './unkind/unkind.ts';

const dayMs = 24 * hourMs;
const graceMs = 5 * minuteMs;
const consecutive = 'secmaster_playbook_consecutive_failures';
const since = 'secmaster_playbook_failing_since_timestamp_seconds';
const event = { playbook: playbook.name, trigger_type: 'EVENT' };

/** The number of failures in a row, and since how many minutes before now. */
async function streak(soc: SimulatedSoc, labels: Record<string, string> = event) {
  const text = await soc.exposition();
  const sinceSeconds = sampleValue(text, since, labels);
  const minutes = sinceSeconds === undefined ? null : Math.round((soc.now() / 1_000 - sinceSeconds) / 60);
  return [sampleValue(text, consecutive, labels), minutes];
}

/** Runs that end so many minutes before now. */
function ended(
  soc: SimulatedSoc,
  how: 'fail' | 'finish' | 'terminate',
  minutes: number,
  triggerType = 'EVENT',
): string {
  const endMs = soc.now() - minutes * minuteMs;
  const id = soc.world.start(endMs - 1_000, { playbook, triggerType });
  if (how === 'fail') soc.world.fail(id, endMs, 'Query', 'timeout');
  else if (how === 'finish') soc.world.finish(id, endMs);
  else {
    soc.world.beginTermination(id, endMs);
    soc.world.terminate(id, endMs);
  }
  return id;
}

/** How it ends, how many minutes before now, and its trigger type. */
type Run = readonly [how: 'fail' | 'finish' | 'terminate', minutes: number, triggerType?: string];

/** A ledger that is a day old, and has polled an hour ago. */
async function oldSoc(): Promise<SimulatedSoc> {
  const soc = createSoc();
  await soc.poll();
  soc.turn(dayMs);
  await soc.poll();
  soc.turn(hourMs);
  return soc;
}

describe('the streak of a playbook and trigger type', () => {
  test.each<[string, readonly Run[] | ((soc: SimulatedSoc) => void), number | undefined, number | null]>([
    [
      'is 0 if the last run finished',
      [
        ['fail', 30],
        ['finish', 20],
      ],
      0,
      null,
    ],
    [
      'is the number of failures since',
      [
        ['finish', 40],
        ['fail', 30],
        ['fail', 20],
      ],
      2,
      30,
    ],
    [
      'is all of them if none has ever finished',
      [
        ['fail', 30],
        ['fail', 20],
      ],
      2,
      30,
    ],
    [
      'does not have a failure yet that may still be retried',
      [
        ['fail', 30],
        ['fail', 4],
      ],
      1,
      30,
    ],
    [
      'is not ended by a terminated run',
      [
        ['fail', 30],
        ['terminate', 20],
        ['fail', 10],
      ],
      2,
      30,
    ],
    [
      'is not ended by one that still runs',
      (soc) => {
        ended(soc, 'fail', 30);
        soc.world.start(soc.now() - minuteMs, { playbook });
      },
      1,
      30,
    ],
    [
      'goes by the end: one that began earlier and ended later ends it',
      (soc) => {
        const early = soc.world.start(soc.now() - 50 * minuteMs, { playbook });
        ended(soc, 'fail', 30);
        soc.world.finish(early, soc.now() - 10 * minuteMs);
      },
      0,
      null,
    ],
    [
      'goes by the end: one that was changed later but ended earlier does not end it',
      (soc) => {
        const id = ended(soc, 'finish', 40);
        ended(soc, 'fail', 30);
        soc.world.touch(id, soc.now());
      },
      1,
      30,
    ],
    [
      'is ended by a run that finished at the same time',
      [
        ['fail', 20],
        ['finish', 20],
      ],
      0,
      null,
    ],
    [
      'counts those that failed at the same time each',
      [
        ['fail', 20],
        ['fail', 20],
      ],
      2,
      20,
    ],
    [
      'does not count a failure without an end',
      (soc) => {
        ended(soc, 'fail', 30);
        soc.world.set(ended(soc, 'fail', 20), soc.now(), { endTimeMs: null });
      },
      1,
      30,
    ],
    [
      'does not count a failure that lies in the future',
      (soc) => {
        ended(soc, 'fail', 30);
        soc.world.set(ended(soc, 'fail', 20), soc.now(), { endTimeMs: soc.now() + hourMs });
      },
      1,
      30,
    ],
    [
      'is not ended by one that is to finish in the future',
      (soc) => {
        ended(soc, 'fail', 30);
        soc.world.set(ended(soc, 'finish', 20), soc.now(), { endTimeMs: soc.now() + hourMs });
      },
      1,
      30,
    ],
    [
      'is ended by one that finishes by a clock that is a little ahead',
      (soc) => {
        ended(soc, 'fail', 30);
        soc.world.set(ended(soc, 'finish', 20), soc.now(), { endTimeMs: soc.now() + 30_000 });
      },
      0,
      null,
    ],
    [
      'has nothing of another trigger type',
      [
        ['fail', 30],
        ['finish', 20, 'DEBUG'],
        ['fail', 15, 'DEBUG'],
      ],
      1,
      30,
    ],
    [
      'does not count a failure that is being retried',
      (soc) => {
        ended(soc, 'fail', 30);
        soc.world.retry(ended(soc, 'fail', 20), soc.now() - minuteMs);
      },
      1,
      30,
    ],
    ['is not there for a playbook that has never run', [], undefined, null],
  ])('%s', async (_, happen, failures, minutes) => {
    const soc = await oldSoc();
    if (typeof happen === 'function') happen(soc);
    else for (const run of happen) ended(soc, ...run);
    await soc.poll();
    expect(await streak(soc)).toEqual([failures, minutes]);
  });

  test.each<[string, (world: World, id: string, atMs: number) => void, number]>([
    ['a retry after the grace that succeeds takes it back', (world, id, atMs) => world.finish(id, atMs), 0],
    [
      'a retry after the grace that fails counts once, by its later end',
      (world, id, atMs) => world.fail(id, atMs, 'Query', 'timeout'),
      1,
    ],
  ])('%s', async (_, ends, failures) => {
    const soc = await oldSoc();
    const id = ended(soc, 'fail', 10);
    await soc.poll();
    expect(await streak(soc)).toEqual([1, 10]);
    soc.world.retry(id, soc.now());
    soc.turn(minuteMs);
    await soc.poll();
    expect(await streak(soc)).toEqual([0, null]);
    ends(soc.world, id, soc.now());
    soc.turn(graceMs);
    await soc.poll();
    expect(await streak(soc)).toEqual([failures, failures === 0 ? null : 5]);
  });

  test('a retry within the grace is no failure for good', async () => {
    const soc = await oldSoc();
    const id = ended(soc, 'fail', 1);
    await soc.poll();
    expect(await streak(soc)).toEqual([0, null]);
    soc.turn(2 * minuteMs);
    soc.world.retry(id, soc.now());
    soc.turn(graceMs);
    soc.world.finish(id, soc.now());
    await soc.poll();
    expect(await streak(soc)).toEqual([0, null]);
  });

  test('a failure has failed for good once the grace is over, though nothing else happens', async () => {
    const soc = await oldSoc();
    ended(soc, 'fail', 0);
    await soc.poll();
    soc.turn(graceMs - minuteMs);
    await soc.poll();
    expect(await streak(soc)).toEqual([0, null]);
    soc.turn(minuteMs);
    await soc.poll();
    expect(await streak(soc)).toEqual([1, 5]);
  });

  test('an instance that SecMaster no longer knows counts as it last stood', async () => {
    const soc = await oldSoc();
    const ids = [ended(soc, 'fail', 30), ended(soc, 'fail', 20)];
    await soc.poll();
    for (const id of ids) soc.world.remove(id, soc.now());
    soc.turn(dayMs);
    for (let i = 0; i < 3; i++) await soc.poll();
    expect(await streak(soc)).toEqual([2, 30 + 24 * 60]);
  });

  test('goes on under the new name of a playbook that is renamed, and none is left under the old one', async () => {
    const soc = await oldSoc();
    ended(soc, 'fail', 30);
    await soc.poll();
    soc.world.renamePlaybook(playbook.id, 'Isolate the host');
    soc.turn(minuteMs);
    ended(soc, 'fail', 10);
    await soc.poll();
    expect(await streak(soc, { ...event, playbook: 'Isolate the host' })).toEqual([2, 31]);
    expect(await streak(soc)).toEqual([undefined, null]);
  });

  test('has what ended while the exporter was down, and survives a restart', async () => {
    const soc = await oldSoc();
    ended(soc, 'fail', 30);
    await soc.poll();
    soc.turn(5 * hourMs);
    for (let i = 0; i < 300; i++) ended(soc, 'fail', 299 - i + 10);
    soc.restart();
    await soc.poll();
    expect(await streak(soc)).toEqual([301, 330]);
    soc.restart();
    await soc.workspace.refresh();
    expect(await streak(soc)).toEqual([301, 330]);
  });

  test('is never longer than the truth, though a poll breaks off in the middle of what ended meanwhile', async () => {
    let isCut = false;
    const soc = createSoc({
      through: (secmaster) => ({
        ...secmaster,
        listInstances: async (workspaceId, query, signal) => {
          if (isCut && query.offset > 0) throw new SecMasterError('network', 'list_instances', 'cut');
          return secmaster.listInstances(workspaceId, query, signal);
        },
      }),
    });
    // Enough to find out all about SecMaster, so that no poll begins with that.
    runs(soc, 300, { fromMs: soc.now() - hourMs, withinMs: hourMs / 2 });
    await soc.poll();
    soc.turn(dayMs);
    ended(soc, 'finish', 20);
    ended(soc, 'fail', 10);
    await soc.poll();
    expect(await streak(soc)).toEqual([1, 10]);
    soc.turn(5 * hourMs);
    ended(soc, 'finish', 250);
    for (let i = 0; i < 150; i++) ended(soc, 'fail', 249 - i);
    isCut = true;
    await soc.poll();
    expect(sampleValue(await soc.exposition(), 'secmaster_exporter_ledger_instances', { state: 'ended' })).toBe(396);
    expect(await streak(soc)).toEqual([1, 310]);
    isCut = false;
    await soc.poll();
    expect(await streak(soc)).toEqual([150, 249]);
  });

  test('is that of what has not left the retention', async () => {
    const soc = createSoc({ settings: { retentionMs: 2 * dayMs } });
    await soc.poll();
    soc.turn(dayMs);
    ended(soc, 'fail', 30);
    soc.turn(1.5 * dayMs);
    ended(soc, 'fail', 30);
    await soc.poll();
    expect(await streak(soc)).toEqual([2, 36 * 60 + 30]);
    soc.turn(dayMs);
    ended(soc, 'terminate', 30);
    await soc.poll();
    expect(await streak(soc)).toEqual([1, 24 * 60 + 30]);
  });
});

test('a streak is the same at any times of polls and restarts', async () => {
  const deed = fc.record({
    how: fc.constantFrom('fail' as const, 'finish' as const, 'terminate' as const, 'retry' as const),
    minutes: fc.integer({ min: 0, max: 20 }),
    isPolled: fc.boolean(),
    isRestarted: fc.boolean(),
  });
  const story = fc.array(deed, { minLength: 3, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(story, async (deeds) => {
      const ends: unknown[] = [];
      for (const always of [true, false, null]) {
        const soc = createSoc();
        await soc.poll();
        for (const { how, minutes, isPolled, isRestarted } of deeds) {
          soc.turn(minutes * minuteMs + 1_000);
          if (how !== 'retry') ended(soc, how, 0);
          else {
            const last = [...soc.world.instances.values()].findLast(({ status }) => status === 'FAILED');
            if (last !== undefined) soc.world.retry(last.id, soc.now());
          }
          if (isRestarted) soc.restart();
          if (always ?? isPolled) await soc.poll();
        }
        soc.turn(3 * minuteMs);
        await soc.poll();
        ends.push(await streak(soc));
      }
      expect(ends[1]).toEqual(ends[0]);
      expect(ends[2]).toEqual(ends[0]);
    }),
    { seed: 2026, numRuns: inForm(12, 200) },
  );
}, 120_000);
