import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { type BehaviourChange, behaviourSchema, changed, friendly, merged } from '../../src/simulator/behaviour.ts';
import { createBehaviourHandle } from '../../src/simulator/behaviour-handle.ts';
import { behaviourOfPresets } from '../../src/simulator/preset-behaviour.ts';
import { isPreset, presetNames, presets } from '../../src/simulator/presets.ts';

describe('a change', () => {
  test('is to the switches that it names', () => {
    const behaviour = changed(changed(friendly, { paging: { maxRows: 50 } }), { paging: { maxLimit: 60 } });
    expect(behaviour).toEqual({ ...friendly, paging: { ...friendly.paging, maxRows: 50, maxLimit: 60 } });
  });

  test('is undone by the friendly value', () => {
    expect(changed(changed(friendly, { count: { cap: 3 } }), { count: { cap: null } })).toEqual(friendly);
  });

  test.each([
    ['an unknown switch', { paging: { rows: 3 } }, 'unrecognized_key'],
    ['an unknown group', { pages: {} }, 'unrecognized_key'],
    ['a value that there is none of', { order: { rows: 'backwards' } }, 'as-inserted'],
    ['a number out of range', { paging: { maxRows: 0 } }, '>=1'],
    ['no object', null, 'expected object'],
  ])('with %s is refused', (_, change, message) => {
    expect(() => changed(friendly, change as BehaviourChange)).toThrow(message);
  });

  test('and another one are one, of which the later part wins', () => {
    const one: BehaviourChange = { count: { cap: 3, offBy: 1 }, rows: { nulls: 'empty' } };
    expect(merged(one, { count: { cap: 4 }, time: { offMs: 1 } })).toEqual({
      count: { cap: 4, offBy: 1 },
      rows: { nulls: 'empty' },
      time: { offMs: 1 },
    });
  });
});

describe('a handle', () => {
  const base = () => createBehaviourHandle(systemClock, { count: { cap: 5 } });

  test('a workspace behaves as the simulator, but for its own switches', () => {
    const simulator = base();
    const workspace = createBehaviourHandle(systemClock, { paging: { maxRows: 7 } }, simulator);
    expect(workspace.get()).toMatchObject({ count: { cap: 5 }, paging: { maxRows: 7 } });
    simulator.patch({ count: { of: 'page' }, paging: { maxRows: 8, maxLimit: 9 } });
    expect(workspace.get()).toMatchObject({ count: { cap: 5, of: 'page' }, paging: { maxRows: 7, maxLimit: 9 } });
    workspace.put({});
    expect(workspace.get()).toEqual(simulator.get());
  });

  test('put forgets what was before, patch does not', () => {
    const handle = base();
    handle.patch({ count: { offBy: 1 } });
    expect(handle.get().count).toEqual({ ...friendly.count, cap: 5, offBy: 1 });
    handle.put({ count: { offBy: 2 } });
    expect(handle.get()).toEqual({ ...friendly, count: { ...friendly.count, offBy: 2 } });
  });

  test('a change that is refused changes nothing', () => {
    const handle = base();
    const wrong = { count: { cap: 'none' } } as unknown as BehaviourChange;
    expect(() => handle.patch(wrong)).toThrow();
    expect(() => handle.put(wrong)).toThrow();
    expect(handle.get()).toEqual(base().get());
  });

  test('remembers nothing after a change, its own or the simulator’s', () => {
    const simulator = base();
    const workspace = createBehaviourHandle(systemClock, {}, simulator);
    for (const handle of [simulator, workspace]) {
      handle.memory().answers = 3;
      expect(handle.memory().answers).toBe(3);
      handle.patch({});
      expect(handle.memory().answers).toBe(0);
    }
    workspace.memory().answers = 3;
    simulator.patch({ count: { cap: 6 } });
    expect(workspace.memory().answers).toBe(0);
  });
});

describe('presets', () => {
  test.each(presetNames)('%s is a behaviour', (name) => {
    const behaviour = behaviourSchema.parse(presets[name]);
    if (name === 'friendly') expect(behaviour).toEqual(friendly);
    else expect(behaviour).not.toEqual(friendly);
  });

  test('go together, and the last one wins', () => {
    expect(behaviourOfPresets(['short-pages', 'small-limit', 'counts-all'])).toEqual({
      paging: { maxRows: 50, maxLimit: 50 },
      count: { of: 'all' },
    });
    expect(behaviourOfPresets([])).toEqual({});
  });

  test('have names of their own', () => {
    expect(['friendly', 'toString', 'kind'].map(isPreset)).toEqual([true, false, false]);
  });
});
