import { describe, expect, test } from 'vitest';
import type { Instance } from '../../src/simulator/instance.ts';
import { createWorld, type World } from '../../src/simulator/world.ts';

type Step = (world: World, id: string, atMs: number) => void;
const steps = {
  run: (world, id, atMs) => world.run(id, atMs),
  fail: (world, id, atMs) => world.fail(id, atMs, 'Isolate host', 'HTTP 504'),
  retry: (world, id, atMs) => world.retry(id, atMs),
  finish: (world, id, atMs) => world.finish(id, atMs),
  beginTermination: (world, id, atMs) => world.beginTermination(id, atMs),
  terminate: (world, id, atMs) => world.terminate(id, atMs),
} satisfies Record<string, Step>;
type StepName = keyof typeof steps;

/** Takes the steps one second apart from 10 s on. */
function walked(names: readonly StepName[], status: 'CREATED' | 'RUNNING' = 'RUNNING') {
  const world = createWorld();
  const id = status === 'CREATED' ? world.create(10_000) : world.start(10_000);
  names.forEach((name, index) => {
    steps[name](world, id, 11_000 + 1000 * index);
  });
  return { world, id, instance: instanceOf(world, id) };
}

function instanceOf(world: World, id: string): Instance {
  const instance = world.instances.get(id);
  if (instance === undefined) throw new Error(`no instance ${id}`);
  return instance;
}

describe('the legal walk', () => {
  test.each<[string, StepName[], string, number, number | null]>([
    ['begins RUNNING and open', [], 'RUNNING', 0, null],
    ['ends FINISHED', ['finish'], 'FINISHED', 0, 11_000],
    ['ends FAILED', ['fail'], 'FAILED', 0, 11_000],
    ['is open again when retried', ['fail', 'retry'], 'RETRYING', 1, null],
    ['fails again', ['fail', 'retry', 'fail'], 'FAILED', 1, 13_000],
    ['finishes at the second retry', ['fail', 'retry', 'fail', 'retry', 'finish'], 'FINISHED', 2, 15_000],
    ['is still open while it is being terminated', ['beginTermination'], 'TERMINATING', 0, null],
    ['ends TERMINATED', ['beginTermination', 'terminate'], 'TERMINATED', 0, 12_000],
    ['is terminated while it is retried', ['fail', 'retry', 'beginTermination', 'terminate'], 'TERMINATED', 1, 14_000],
  ])('%s', (_, names, status, retryCount, endTimeMs) => {
    const { instance } = walked(names);
    expect(instance).toMatchObject({ status, retryCount, endTimeMs, startTimeMs: 10_000, createTimeMs: 10_000 });
    expect(instance.updateTimeMs).toBe(10_000 + 1000 * names.length);
  });

  test('may begin with CREATED, which has the start_time that stays', () => {
    expect(walked([], 'CREATED').instance).toMatchObject({ status: 'CREATED', startTimeMs: 10_000 });
    expect(walked(['run'], 'CREATED').instance).toMatchObject({ status: 'RUNNING', startTimeMs: 10_000 });
  });

  test('is logged step by step', () => {
    const { instance } = walked(['run', 'fail', 'retry', 'finish'], 'CREATED');
    expect(instance.events).toEqual([
      { kind: 'started', atMs: 10_000, status: 'CREATED' },
      { kind: 'ran', atMs: 11_000, status: 'RUNNING' },
      {
        kind: 'failed',
        atMs: 12_000,
        status: 'FAILED',
        failure: { node: 'Isolate host', errorMsg: 'HTTP 504' },
      },
      { kind: 'retried', atMs: 13_000, status: 'RETRYING' },
      { kind: 'finished', atMs: 14_000, status: 'FINISHED' },
    ]);
  });
});

describe('everything off the legal walk', () => {
  const reached: readonly [string, StepName[], readonly StepName[], ('CREATED' | 'RUNNING')?][] = [
    ['CREATED', [], ['run'], 'CREATED'],
    ['RUNNING', [], ['fail', 'finish', 'beginTermination']],
    ['FINISHED', ['finish'], []],
    ['FAILED', ['fail'], ['retry']],
    ['RETRYING', ['fail', 'retry'], ['fail', 'finish', 'beginTermination']],
    ['TERMINATING', ['beginTermination'], ['terminate']],
    ['TERMINATED', ['beginTermination', 'terminate'], []],
  ];
  // Object.keys of a literal are its keys.
  const names = Object.keys(steps) as StepName[];
  const illegal = reached.flatMap(([status, path, legal, first]) =>
    names.filter((name) => !legal.includes(name)).map((name) => [status, name, path, first] as const),
  );

  test.each(illegal)('%s refuses %s and stays as it was', (status, name, path, first) => {
    const { world, id, instance } = walked(path, first);
    const before = { ...instance, events: [...instance.events] };
    const version = world.version();
    expect(() => steps[name](world, id, 99_000)).toThrow(`it is ${status}`);
    expect(instance).toEqual(before);
    expect(world.version()).toBe(version);
  });

  test('a step back in time is refused and changes nothing', () => {
    const { world, id, instance } = walked(['fail']);
    expect(() => world.retry(id, 10_999)).toThrow('retried before failed');
    expect(instance).toMatchObject({ status: 'FAILED', retryCount: 0, endTimeMs: 11_000 });
  });

  test.each<[string, Step]>([
    ...Object.entries(steps),
    ['touch', (world, id, atMs) => world.touch(id, atMs)],
    ['remove', (world, id, atMs) => world.remove(id, atMs)],
    ['set', (world, id, atMs) => world.set(id, atMs, {})],
  ])('%s of an unknown instance throws', (_, step) => {
    expect(() => step(createWorld(), 'nobody', 1)).toThrow('no instance nobody');
  });

  test('an id is given once', () => {
    const world = createWorld();
    world.start(1, { id: 'a' });
    expect(() => world.start(2, { id: 'a' })).toThrow('instance a exists already');
  });
});

describe('beside the walk', () => {
  test('touch moves update_time alone', () => {
    const { world, id, instance } = walked([]);
    const before = { ...instance };
    world.touch(id, 12_345);
    expect(instance).toEqual({ ...before, updateTimeMs: 12_345 });
  });

  test.each<[string, StepName[]]>([
    ['FINISHED', ['finish']],
    ['FAILED', ['fail', 'retry', 'fail']],
    ['TERMINATED', ['beginTermination', 'terminate']],
  ])('one that is %s is run again by hand, with its retries forgotten', (_, names) => {
    const { world, id, instance } = walked(names);
    world.rerun(id, 20_000);
    expect(instance).toMatchObject({ status: 'RUNNING', retryCount: 0, endTimeMs: null, startTimeMs: 10_000 });
    expect(() => world.rerun(id, 21_000)).toThrow('it is RUNNING');
  });

  test('a removed instance is gone from the list and kept for the truth', () => {
    const { world, id } = walked(['finish']);
    world.remove(id, 20_000);
    expect(world.instances.size).toBe(0);
    expect(world.all.map((instance) => [instance.id, instance.removed])).toEqual([[id, true]]);
    expect(() => world.touch(id, 21_000)).toThrow('no instance');
  });

  test('set takes any values, also of an ended instance, and may hold update_time back', () => {
    const { world, id, instance } = walked(['finish']);
    world.set(id, 20_000, { status: 'SUSPENDED', endTimeMs: null, retryCount: -1 });
    expect(instance).toMatchObject({ status: 'SUSPENDED', endTimeMs: null, retryCount: -1, updateTimeMs: 20_000 });
    world.set(id, 30_000, { updateTimeMs: 5000 });
    expect(instance.updateTimeMs).toBe(5000);
  });

  test('a renamed playbook has its new name in rows old and new, and nothing is updated', () => {
    const world = createWorld();
    const old = world.start(1, { playbook: { id: 'p', name: 'Old', en_name: 'Old' } });
    world.renamePlaybook('p', 'Neu', 'New');
    const fresh = world.start(2, { playbook: { id: 'p', name: 'Old', en_name: 'Old' } });
    for (const id of [old, fresh]) {
      expect(instanceOf(world, id).playbook).toEqual({ id: 'p', name: 'Neu', en_name: 'New' });
    }
    expect(instanceOf(world, old).updateTimeMs).toBe(1);
    world.renamePlaybook('p', 'Plain');
    expect(instanceOf(world, old).playbook).toEqual({ id: 'p', name: 'Plain' });
    expect(() => world.renamePlaybook('q', 'x')).toThrow('no playbook q');
  });

  test('every change is a new version', () => {
    const world = createWorld();
    const versions = new Set([world.version()]);
    const note = () => versions.add(world.version());
    const id = world.start(1, { playbook: { id: 'p', name: 'P' } });
    note();
    world.touch(id, 2);
    note();
    world.set(id, 3, {});
    note();
    world.renamePlaybook('p', 'Q');
    note();
    world.finish(id, 4);
    note();
    world.remove(id, 5);
    note();
    expect(versions.size).toBe(7);
  });
});

describe('a new version of a workflow', () => {
  const workflow = { id: 'w', name: 'W', version: 'v1', version_id: 'first' };

  test('is that of what begins from then on', () => {
    const world = createWorld();
    const before = world.start(1, { workflow });
    expect(world.newVersion('w')).toBe('v2');
    const after = world.start(2, { workflow });
    expect(world.newVersion('w', 'v2-hotfix7', 'its-id')).toBe('v2-hotfix7');
    const last = world.start(3, { workflow });
    expect([before, after, last].map((id) => world.instances.get(id)?.workflow)).toEqual([
      workflow,
      { ...workflow, version: 'v2', version_id: 'w-v2' },
      { ...workflow, version: 'v2-hotfix7', version_id: 'its-id' },
    ]);
    expect(world.newVersion('w')).toBe('v8');
  });

  test('leaves other workflows as they are', () => {
    const world = createWorld();
    world.newVersion('w');
    const id = world.start(1, { workflow: { ...workflow, id: 'other' } });
    expect(world.instances.get(id)?.workflow?.version).toBe('v1');
  });
});

describe('the list of playbooks', () => {
  const names = ({ playbooks }: World) =>
    [...playbooks.listed.values()].map(({ id, name, enabled, dataclass }) => [id, name, enabled, dataclass?.name]);

  test('has what runs and what was added, under the names of today', () => {
    const world = createWorld();
    world.start(1, { playbook: { id: 'p', name: 'P' }, dataclass: { id: 'd', name: 'Alert' } });
    world.start(2, { playbook: { id: 'p', name: 'P' } });
    world.start(3);
    world.playbooks.add({ id: 'q', name: 'Q', enabled: false });
    world.renamePlaybook('p', 'P2');
    world.renamePlaybook('q', 'Q2');
    expect(names(world)).toEqual([
      ['p', 'P2', true, 'Alert'],
      ['q', 'Q2', false, undefined],
    ]);
    const id = world.start(4, { playbook: { id: 'q', name: 'Q' } });
    expect([world.instances.get(id)?.playbook?.name, names(world).length]).toEqual(['Q2', 2]);
  });

  test('changes when one is enabled, disabled or removed', () => {
    const world = createWorld();
    for (const id of ['p', 'q']) world.playbooks.add({ id, name: id });
    world.playbooks.disable('p');
    world.playbooks.remove('q');
    expect(names(world)).toEqual([['p', 'p', false, undefined]]);
    world.playbooks.enable('p');
    expect(names(world)).toEqual([['p', 'p', true, undefined]]);
    expect(() => world.playbooks.enable('q')).toThrow('no playbook q');
    expect(() => world.playbooks.add({ id: 'p', name: 'again' })).toThrow('exists already');
    // What was removed and runs all the same stays out of the list.
    world.start(1, { playbook: { id: 'q', name: 'q' } });
    expect(names(world)).toHaveLength(1);
  });
});
