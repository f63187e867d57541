import type { Instance, StartSpec } from '../../../src/simulator/instance.ts';
import type { World } from '../../../src/simulator/world.ts';
import type { SimulatedSoc } from './simulated-soc.ts';
import type { Deed, Hidden, Step } from './worlds.ts';

/** What somebody who polls has seen. Nobody can count what nobody could see, so that doesn't happen in these worlds. */
export interface Witness {
  /** When the ledger was made; null before. */
  sinceMs(): Promise<number | null>;
  /** Whether a tail has run to its end: before, statuses that the list can't be asked for might never be found. */
  hasCaughtUp(): Promise<boolean>;
  /** Of one begun before the ledger only the growth of retry_count counts: somebody must know what it was. */
  hasSeen(instance: Instance): Promise<boolean>;
  /** What happened to it after that would be lost with its removal. */
  hasSeenLast(instance: Instance): Promise<boolean>;
  /** Whether it happens where nobody could see it, for another reason. */
  isBlindTo?(step: Step, instance: Instance, nowMs: number): boolean;
}

const playbooks = [
  { id: '3e966553-f53d-3d87-835e-7697e353876a', name: 'Isolate host' },
  { id: '9b1c2d3e-0000-3000-8000-000000000002', name: 'Isolate host' },
  { id: '5d0e7c11-0000-3000-8000-000000000003', name: '封禁IP', en_name: 'Block IP' },
  null,
];

const isRunning = ({ status }: Instance) => ['RUNNING', 'RETRYING'].includes(status);
const isOpen = ({ status }: Instance) => !['FINISHED', 'FAILED', 'TERMINATED'].includes(status);

/** Whom a deed can happen to. */
const candidates: Readonly<Record<Deed | 'hide', (instance: Instance) => boolean>> = {
  run: ({ status }) => status === 'CREATED',
  fail: isRunning,
  retry: ({ status }) => status === 'FAILED',
  finish: isRunning,
  'begin termination': isRunning,
  terminate: ({ status }) => status === 'TERMINATING',
  touch: isOpen,
  pause: ({ status }) => status === 'RUNNING',
  resume: ({ status }) => status === 'PAUSED',
  // Nobody looks for one that has ended: it leaves the gauges with the lookback.
  remove: (instance) => isOpen(instance) && instance.raw === null,
  heal: ({ raw }) => raw !== null,
  hide: ({ raw }) => raw === null,
};

const disguises: Readonly<Record<Hidden, NonNullable<Instance['raw']>>> = {
  everything: () => null,
  id: (row) => ({ ...row, id: null }),
  time: (row) => ({ ...row, start_time: 'yesterday' }),
  start_time: (row) => ({ ...row, start_time: null }),
  end_time: (row) => ({ ...row, end_time: null }),
  retry_count: (row) => ({ ...row, retry_count: null }),
};

const deeds: Readonly<Record<Deed, (world: World, id: string, atMs: number) => void>> = {
  run: (world, id, atMs) => world.run(id, atMs),
  fail: (world, id, atMs) => world.fail(id, atMs, 'Query', 'timeout'),
  retry: (world, id, atMs) => world.retry(id, atMs),
  finish: (world, id, atMs) => world.finish(id, atMs),
  'begin termination': (world, id, atMs) => world.beginTermination(id, atMs),
  terminate: (world, id, atMs) => world.terminate(id, atMs),
  touch: (world, id, atMs) => world.touch(id, atMs),
  pause: (world, id, atMs) => world.set(id, atMs, { status: 'PAUSED' }),
  resume: (world, id, atMs) => world.set(id, atMs, { status: 'RUNNING' }),
  remove: (world, id, atMs) => world.remove(id, atMs),
  heal: (world, id, atMs) => world.set(id, atMs, { raw: null }),
};

/** Lets a step happen now. */
export async function happen(soc: SimulatedSoc, step: Step, witness: Witness): Promise<void> {
  const { world } = soc;
  switch (step.kind) {
    case 'wait':
      soc.turn(step.ms);
      break;
    case 'create':
      if (await witness.hasCaughtUp()) world.create(soc.now(), specOf(step, world));
      break;
    case 'start':
      world.start(soc.now(), specOf(step, world));
      break;
    case 'start and finish':
      world.finish(world.start(soc.now(), specOf(step, world)), soc.now());
      break;
    case 'crowd':
      for (let i = 0; i < step.count; i++) {
        if (i % step.perMs === 0) soc.turn(1);
        const id = world.start(soc.now(), specOf(step, world));
        if (!step.isOpen) world.finish(id, soc.now());
      }
      break;
    case 'rounds':
      for (let i = 0; i < step.count; i++) {
        soc.turn(step.everyMs);
        const id = world.start(soc.now(), specOf(step, world));
        if (i % 3 === 0) world.fail(id, soc.now(), 'Query', 'timeout');
        else world.finish(id, soc.now());
      }
      break;
    case 'list':
      list(soc, step.playbook, step.as);
      break;
    case 'touch all':
      for (const [i, { id }] of [...world.instances.values()].filter(isOpen).entries()) {
        if (i % 20 === 0) soc.turn(1);
        world.touch(id, soc.now());
      }
      break;
    case 'rename': {
      const id = playbooks[step.playbook]?.id;
      if (id !== undefined && world.all.some(({ playbook }) => playbook?.id === id))
        world.renamePlaybook(id, step.name);
      break;
    }
    case 'label':
      soc.reconfigure({ labels: step.labels });
      break;
    case 'behave':
      soc.simulator.behaviour[step.how](step.change);
      break;
    default: {
      const all = [...world.instances.values()].filter(candidates[step.kind]);
      const instance = all[step.which % all.length];
      if (instance === undefined || !(await isKnowable(step, instance, witness, soc.now()))) return;
      if (step.kind === 'hide') world.set(instance.id, soc.now(), { raw: disguises[step.what] });
      else deeds[step.kind](world, instance.id, soc.now());
    }
  }
}

/** A playbook that runs, or one of two that never do. */
function list({ world }: SimulatedSoc, playbook: number, as: Extract<Step, { kind: 'list' }>['as']): void {
  const spec = playbook < playbooks.length ? playbooks[playbook] : { id: `idle-${playbook}`, name: 'Isolate host' };
  if (!spec) return;
  const isListed = world.playbooks.listed.has(spec.id);
  const hasRun = world.all.some((instance) => instance.playbook?.id === spec.id);
  if (as === 'gone') {
    if (isListed) world.playbooks.remove(spec.id);
  } else if (isListed) world.playbooks[as === 'enabled' ? 'enable' : 'disable'](spec.id);
  else if (!hasRun) world.playbooks.add({ ...spec, enabled: as === 'enabled' });
}

const workflows: readonly (StartSpec['workflow'] | undefined)[] = [
  null,
  { id: 'flow-1', name: '流程', name_en: 'Flow', version: 'v1' },
  { id: 'flow-1', name: '流程', name_en: 'Flow', version: 'v2', version_id: '2' },
  { id: 'flow-2', name: 'Flow\nof two lines', version: 'v1' },
  { id: 'flow-3', name: 'other', version_id: '(none)' },
];
const dataclasses = [null, { id: 'alert', name: '告警', en_name: 'Alert' }, { id: 'incident', name: 'Incident' }];
const nodes = [[], ['Query'], ['Look up', 'Query', 'Isolate']];

/** Of one of a few workflows and versions, data classes and defense layers, or without. */
function specOf({ playbook, trigger }: { playbook: number; trigger: string }, { all }: World): StartSpec {
  const turn = all.length;
  return {
    playbook: playbooks[playbook] ?? null,
    triggerType: trigger,
    workflow: workflows[turn % workflows.length] ?? null,
    dataclass: dataclasses[turn % dataclasses.length] ?? null,
    defenseId: turn % 4 === 0 ? 'layer 3' : '',
    nodes: nodes[turn % nodes.length] ?? [],
  };
}

async function isKnowable(
  step: Extract<Step, { which: number }>,
  instance: Instance,
  witness: Witness,
  nowMs: number,
): Promise<boolean> {
  const sinceMs = await witness.sinceMs();
  const begunSince = sinceMs !== null && instance.createTimeMs >= sinceMs;
  if (witness.isBlindTo?.(step, instance, nowMs)) return false;
  switch (step.kind) {
    case 'retry':
      return sinceMs === null || begunSince || witness.hasSeen(instance);
    case 'remove':
      return witness.hasSeenLast(instance);
    case 'pause':
      return witness.hasCaughtUp();
    case 'hide':
      // History is told from news by these very values.
      return begunSince || ['everything', 'id', 'time'].includes(step.what);
    default:
      return true;
  }
}

export function healAll({ world, now }: SimulatedSoc): void {
  for (const { id, raw } of world.instances.values()) if (raw !== null) world.set(id, now(), { raw: null });
}
