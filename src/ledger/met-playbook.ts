import type { PlaybookLabel } from '../model/snapshot.ts';

/** The label of an instance without a playbook. */
export const noPlaybook = '(none)';
/** The label that playbooks beyond the limit share. A playbook that really has one of these names gets its id appended. */
export const otherPlaybooks = 'other';

/**
 * The label of the runs of playbooks that the configuration excludes. They are in the ledger, so that it can be held against SecMaster's
 * counts, and nothing shows them.
 */
export const excludedPlaybooks = '(excluded)';

/** A playbook under one of its names, with its permanent label. */
export interface MetPlaybook extends PlaybookLabel, NewestRun {
  /** The newest time of its instances. */
  readonly seenMs: number;
}

/** The newest run that a row has shown under a name, and when a row last did. */
export interface NewestRun {
  readonly begunMs: number;
  /** Later than that of every name met before. */
  readonly metMs: number;
}

/** A playbook under one of its names. */
export function playbookKey(playbookId: string, name: string): string {
  return JSON.stringify([playbookId, name]);
}

/** A playbook under all of its names; one without an id is known by its name alone. */
export function ownerOf(playbookId: string, name: string): string {
  return playbookId === '' ? playbookKey('', name) : playbookId;
}
