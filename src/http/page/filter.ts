import { html } from 'hono/html';
import type { PlaybookStatus } from '../playbook-status.ts';
import type { FailedRunStatus, OpenRunStatus, RunStatus } from '../run-status.ts';

/** What of the lists is asked for: all that contain each of the words. */
export interface Query {
  /** '' for everything. */
  readonly text: string;
  /** Whether lists may be very long. */
  readonly isLong: boolean;
}

const maxLength = 200;

export function readQuery({ q = '', all }: Readonly<Record<string, string | undefined>>): Query {
  return { text: q.trim().slice(0, maxLength), isLong: all !== undefined };
}

/** As the address of the page with it. */
export function hrefOf({ text, isLong }: Query): string {
  const query = new URLSearchParams({ ...(text !== '' && { q: text }), ...(isLong && { all: '1' }) }).toString();
  return query === '' ? './' : `?${query}`;
}

export function filterForm({ text, isLong }: Query) {
  return html`<form role="search" method="get">
      <label for="q">Filter playbooks and runs</label>
      <input type="search" id="q" name="q" value="${text}" maxlength="${maxLength}" autocomplete="off" spellcheck="false">
      ${isLong ? html`<input type="hidden" name="all" value="1">` : ''}
      <button>Filter</button>
    </form>`;
}

export function matchesPlaybook({ text }: Query, workspace: string, playbook: PlaybookStatus): boolean {
  const { playbook: label, name, id, dataclass, troubles, enabled } = playbook;
  const state = enabled === false ? 'disabled' : '';
  return matches(text, [workspace, label, name, id, dataclass?.name, dataclass?.id, state, ...troubles]);
}

export function matchesRun({ text }: Query, run: RunStatus | FailedRunStatus | OpenRunStatus): boolean {
  const { workflow, dataclass } = run;
  const nodes = 'nodes' in run ? (run.nodes ?? []).flatMap(({ name, error }) => [name, error]) : [];
  return matches(text, [
    run.workspace,
    run.playbook,
    run.trigger_type,
    run.status,
    'stuck' in run && run.stuck ? 'stuck' : '',
    run.instance_id,
    run.instance_name,
    run.dataobject_id,
    run.defense_id,
    workflow?.name,
    workflow?.id,
    workflow?.version,
    dataclass?.name,
    dataclass?.id,
    ...nodes,
  ]);
}

function matches(text: string, texts: readonly (string | null | undefined)[]): boolean {
  if (text === '') return true;
  const all = texts.join('\n').toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}
