import type { BehaviourChange } from './behaviour.ts';

/** SecMasters that could be, by name: for the command line, the documentation and tests. */
export const presets = {
  friendly: {},
  'short-pages': { paging: { maxRows: 50 }, count: { of: 'page' } },
  'small-limit': { paging: { maxLimit: 50 } },
  'small-window': { paging: { maxWindow: 10_000 } },
  'empty-page': { paging: { emptyPage: { page: 3, times: 'every-other-time' } } },
  'frozen-offset': { paging: { offset: 'ignored' }, workspaces: { offset: 'ignored' } },
  unordered: { order: { rows: 'random' } },
  'oldest-first': { order: { rows: 'as-inserted' } },
  'no-update-time': { order: { sortKey: 'update-time-refused' } },
  'dates-in-utc': { dates: { zone: 'z-is-utc' } },
  'dates-by-day': { dates: { precision: 'day-gmt8' } },
  'dates-ignored': { dates: { field: 'ignored' } },
  'dates-refused': { dates: { forms: [] } },
  'ignores-filters': {
    filters: {
      id: 'ignored',
      name: 'ignored',
      status: 'ignored',
      trigger_type: 'ignored',
      playbook_id: 'ignored',
      workflow_id: 'ignored',
      dataclass_id: 'ignored',
      dataobject_id: 'ignored',
      defence_id: 'ignored',
    },
  },
  'no-count': { count: { shown: 'absent' } },
  'counts-all': { count: { of: 'all' } },
  'inexact-count': { count: { drift: 3 } },
  'lower-case': { rows: { spelling: 'lower' } },
  'large-rows': { rows: { paddingBytes: 200_000 } },
  'two-replicas': {
    replicas: { differIn: ['milliseconds', 'spelling', 'name', 'playbook-name'], lagEvery: 5, lagMs: 30_000 },
  },
  'wrong-clock': { time: { offMs: 3_600_000, offAnswers: 1 } },
  'no-workspaces': { workspaces: { list: 'refused' } },
  'no-playbooks': { playbooks: { list: 'refused' } },
  'odd-playbooks': { playbooks: { offset: 'ignored', maxRows: 5, total: 'absent', enabled: 'text' } },
  'hostile-names': { rows: { names: 'control-characters' }, playbooks: { names: 'control-characters' } },
  'sparse-rows': { rows: { workflow: 'name-only', dataclass: 'absent', objects: 'absent' } },
  'all-attempts': { topology: { attempts: 'all' } },
  'other-topology': { topology: { show: 'other-instance' } },
  busy: { load: { perSecond: 3, retryAfter: 'seconds' } },
} as const satisfies Record<string, BehaviourChange>;

export type PresetName = keyof typeof presets;

export const presetNames = Object.keys(presets) as readonly PresetName[];

export function isPreset(name: string): name is PresetName {
  return Object.hasOwn(presets, name);
}
