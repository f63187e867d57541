import { expect, test } from 'vitest';
import type { BehaviourChange } from '../../../src/simulator/behaviour.ts';
import { startMany } from '../../../src/simulator/crowd.ts';
import { atEach, createBoundedSoc, history, hourMs, minuteMs, playbook, settle, some } from './unkind.ts';

const filters: [string, NonNullable<BehaviourChange['filters']>][] = [
  ['id is ignored', { id: 'ignored' }],
  ['id is refused', { id: 'refused' }],
  ['id and status are ignored', { id: 'ignored', status: 'ignored' }],
  ['id and status are refused', { id: 'refused', status: 'refused' }],
  ['id is ignored and status refused', { id: 'ignored', status: 'refused' }],
];

test.each(some(atEach(...filters), 7))(
  '%s, the filter by %s: open runs stay, and one that was removed leaves',
  async (moment, _, changed) => {
    const soc = createBoundedSoc(moment === 'while it runs' ? {} : { behaviour: { filters: changed } });
    const open = startMany(soc.world, 30, { fromMs: soc.now() - 23 * hourMs, withinMs: hourMs }, { playbook });
    const others = Array.from({ length: 10 }, (_, i) => soc.world.create(soc.now() - 22 * hourMs + i, { playbook }));
    history(soc, 300);
    for (let i = 0; i < 2; i++) await soc.poll();
    soc.simulator.behaviour.put({ filters: changed });
    for (let i = 0; i < 8; i++) {
      soc.turn(6 * minuteMs);
      await soc.poll();
      expect(await soc.differences()).toEqual([]);
    }
    for (const id of [...open.slice(10, 13), ...others.slice(3, 5)]) soc.world.remove(id, soc.now());
    soc.turn(6 * minuteMs);
    expect(await settle(soc)).toMatchObject({ up: 1, windowComplete: 1, differences: [] });
  },
);
