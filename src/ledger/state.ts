import type { Profile } from '../model/profile.ts';
import type { Labels } from '../model/snapshot.ts';
import type { Change, Forgotten, PageChange, SweepPart } from './change.ts';
import type { KeptPlaybook } from './kept-playbook.ts';
import { labelsText } from './label-set.ts';
import { type LabelValue, valueKey } from './label-values.ts';
import { type MetPlaybook, playbookKey } from './met-playbook.ts';
import { type EndedAttempt, withEnded, withoutThese } from './topologies.ts';
import { type PlaybookDataclass, type Version, type VersionChanges, versionKey } from './versions.ts';

/** The state of a workspace's ledger as a whole, kept in memory by its handle. */
export interface LedgerState {
  readonly name: string | null;
  readonly createdAtMs: number;
  /** The number of complete tails. */
  readonly generation: number;
  /** When the last of them started; null before the first. */
  readonly lastTailMs: number | null;
  readonly lastSuccessMs: number | null;
  /** The window's first minute. Moving it forward drops cells, moving it back rebuilds the window. */
  readonly fromMinute: number;
  /** Ended instances started before this may have been pruned; 0: none. */
  readonly prunedBeforeMs: number;
  /** While a gap is to be swept, changes before this may be unseen; null: not known, so before the last tail. */
  readonly unseenBeforeMs: number | null;
  /** Ends since then are known once nothing is left to be swept; null: reading the history has not been planned. */
  readonly historyFromMs: number | null;
  /** How SecMaster behaves, as far as it has been tried. */
  readonly profile: Profile;
  /** SecMaster's list of playbooks, and when it was read last; null: nothing is known of it. */
  readonly listed: readonly KeptPlaybook[];
  readonly listedMs: number | null;
  /** Instances in the ledger. */
  readonly instances: number;
  /** Every name that a playbook has had, by `playbookKey`. */
  readonly playbooks: ReadonlyMap<string, MetPlaybook>;
  /** The values of labels that have been met, by `valueKey`. */
  readonly values: ReadonlyMap<string, LabelValue>;
  /** The label sets of runs with counters, by their texts. */
  readonly runs: ReadonlyMap<string, Labels>;
  /** Attempts whose topology is to be read, by instance. */
  readonly unread: ReadonlyMap<string, EndedAttempt>;
  /** Of attempts that ended since the ledger was created: how many topologies were read, were not, and could not be. */
  readonly topologiesRead: number;
  readonly topologiesSkipped: number;
  readonly topologiesFailed: number;
  /** By `versionKey`. */
  readonly versions: ReadonlyMap<string, Version>;
  /** By the playbook's label. */
  readonly dataclasses: ReadonlyMap<string, PlaybookDataclass>;
}

/** Labels of the playbooks with series. */
export function liveLabels({ runs }: LedgerState): ReadonlySet<string> {
  return new Set(runs.values().map(({ playbook = '' }) => playbook));
}

/** The state after a change has been committed. */
export function advance(state: LedgerState, change: Change): LedgerState {
  switch (change.kind) {
    case 'page':
      return withPage(state, change.page);
    case 'tail_ended':
      return {
        ...withPage(state, change.page),
        generation: state.generation + 1,
        lastTailMs: change.beganMs,
        unseenBeforeMs: change.hasGap === true ? change.beganMs : state.unseenBeforeMs,
      };
    case 'sweep_step':
      return sweptOn(state, change);
    case 'sweep_planned':
      return {
        ...state,
        unseenBeforeMs: change.sweep.some(isGap) ? state.lastTailMs : state.unseenBeforeMs,
        historyFromMs: change.historyFromMs ?? state.historyFromMs,
      };
    case 'nodes_read':
      return withTopology(withValues(state, change.values ?? []), change);
    case 'topologies_given_up':
      return { ...state, ...withoutThese(state, change.ids) };
    case 'instances_gone':
      return { ...state, ...withoutThese(state, idsOf(change.entries)) };
    case 'playbooks_listed':
      return {
        ...state,
        listed: change.listed,
        listedMs: change.atMs,
        playbooks: withPlaybooks(state.playbooks, change.playbooks),
      };
    case 'profile_learned':
      return { ...state, profile: change.profile };
    case 'window_moved':
      return { ...state, fromMinute: change.fromMinute };
    case 'named':
      return { ...state, name: change.name };
    case 'poll_succeeded':
      return { ...state, lastSuccessMs: change.atMs };
    case 'pruned':
      return pruned(state, change);
    default:
      return state;
  }
}

const isGap = ({ purpose }: SweepPart) => purpose === 'gap';

function sweptOn(before: LedgerState, { page, outcome }: Extract<Change, { kind: 'sweep_step' }>): LedgerState {
  const state = page === null ? before : withPage(before, page);
  if (outcome.kind !== 'given_up') return state;
  return { ...state, historyFromMs: Math.max(state.historyFromMs ?? outcome.knownSinceMs, outcome.knownSinceMs) };
}

function withValues(state: LedgerState, met: readonly LabelValue[]): LedgerState {
  if (met.length === 0) return state;
  const values = new Map(state.values);
  for (const one of met) values.set(valueKey(one.label, one.value), newerValue(values, one));
  return { ...state, values };
}

function withTopology(state: LedgerState, change: Extract<Change, { kind: 'nodes_read' }>): LedgerState {
  const { id, attempt, result } = change;
  const unread = new Map(state.unread);
  // Meanwhile another attempt of the instance may wait.
  if (unread.get(id)?.attempt === attempt) unread.delete(id);
  return {
    ...state,
    unread,
    topologiesRead: state.topologiesRead + Number(result === 'read'),
    topologiesSkipped: state.topologiesSkipped + Number(result === 'skipped'),
    topologiesFailed: state.topologiesFailed + Number(result === 'failed'),
  };
}

function idsOf(entries: readonly { readonly id: string }[]): string[] {
  return entries.map(({ id }) => id);
}

function newerValue(values: ReadonlyMap<string, LabelValue>, one: LabelValue): LabelValue {
  const known = values.get(valueKey(one.label, one.value));
  return { ...one, seenMs: Math.max(one.seenMs, known?.seenMs ?? 0) };
}

function withVersions(state: LedgerState, { versions, dropped, dataclasses }: VersionChanges): LedgerState {
  if (versions.length + dropped.length + dataclasses.length === 0) return state;
  return {
    ...state,
    versions: new Map([
      ...without(state.versions, dropped.map(versionKey)),
      ...versions.map((one) => [versionKey(one), one] as const),
    ]),
    dataclasses: new Map([...state.dataclasses, ...dataclasses.map((one) => [one.playbook, one] as const)]),
  };
}

function withPage(before: LedgerState, page: PageChange): LedgerState {
  const { added, playbooks: met, counters, values, versions, ended } = page;
  const valued = withVersions(withValues(before, values), versions);
  const state = ended === undefined ? valued : { ...valued, ...withEnded(valued, ended) };
  const instances = state.instances + added;
  const isNew = ({ labels }: { labels: Labels }) => !state.runs.has(labelsText(labels));
  const begun = counters.filter((change) => change.counter === 'started' && isNew(change));
  if (met.length === 0 && begun.length === 0) return { ...state, instances };
  const playbooks = withPlaybooks(state.playbooks, met);
  if (begun.length === 0) return { ...state, instances, playbooks };
  const runs = new Map(state.runs);
  for (const { labels } of begun) runs.set(labelsText(labels), labels);
  return { ...state, instances, playbooks, runs };
}

function withPlaybooks(known: LedgerState['playbooks'], met: readonly MetPlaybook[]): LedgerState['playbooks'] {
  if (met.length === 0) return known;
  const playbooks = new Map(known);
  for (const one of met) {
    const key = playbookKey(one.playbookId, one.name);
    playbooks.set(key, { ...one, seenMs: Math.max(one.seenMs, playbooks.get(key)?.seenMs ?? 0) });
  }
  return playbooks;
}

export const nothingForgotten: Forgotten = { playbooks: [], values: [], versions: [], dataclasses: [] };

function pruned(state: LedgerState, change: Extract<Change, { kind: 'pruned' }>): LedgerState {
  const { ids, playbooks, labelled = [], forgotten = nothingForgotten, beforeMs } = change;
  const silent = new Set(labelled.map(labelsText));
  const isLive = ([text, { playbook = '' }]: [string, Labels]) => !playbooks.includes(playbook) && !silent.has(text);
  return {
    ...state,
    ...withoutThese(state, ids),
    instances: state.instances - ids.length,
    prunedBeforeMs: ids.length > 0 ? Math.max(state.prunedBeforeMs, beforeMs) : state.prunedBeforeMs,
    runs: playbooks.length + silent.size > 0 ? new Map([...state.runs].filter(isLive)) : state.runs,
    playbooks: without(
      state.playbooks,
      forgotten.playbooks.map(({ playbookId, name }) => playbookKey(playbookId, name)),
    ),
    versions: without(state.versions, forgotten.versions.map(versionKey)),
    dataclasses: without(state.dataclasses, forgotten.dataclasses),
    values: without(
      state.values,
      forgotten.values.map(({ label, value }) => valueKey(label, value)),
    ),
  };
}

function without<V>(map: ReadonlyMap<string, V>, keys: readonly string[]): ReadonlyMap<string, V> {
  if (keys.length === 0) return map;
  const rest = new Map(map);
  for (const key of keys) rest.delete(key);
  return rest;
}
