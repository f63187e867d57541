import { html } from 'hono/html';
import type { PlaybookStatus } from '../playbook-status.ts';
import type { WorkspaceStatus } from '../status.ts';
import { moment, name } from './format.ts';
import { table } from './table.ts';

/** Rows of one table, and of all tables together; the status as JSON has all playbooks. */
const maxRows = { ofTable: 100, ofPage: 1_000 };
/** However many workspaces there are. */
const minRows = 5;

/** What SecMaster's list of playbooks tells: first those that are enabled and do not run. */
export function playbooksSection(workspaces: readonly WorkspaceStatus[]) {
  return html`<section aria-labelledby="playbooks">
  <h2 id="playbooks">Playbooks</h2>
  ${workspaces.every(({ playbooks }) => playbooks === null) ? html`<p class="none">SecMaster's list of playbooks has not been read.</p>` : workspaces.map((one) => playbooksOf(one, rowsOfTable(workspaces)))}
</section>`;
}

/** The page is loaded again every 15 seconds, so it must not grow with the product of workspaces and playbooks. */
function rowsOfTable(workspaces: readonly WorkspaceStatus[]): number {
  // Two tables each.
  const share = Math.floor(maxRows.ofPage / (2 * workspaces.length));
  return Math.max(minRows, Math.min(maxRows.ofTable, share));
}

function playbooksOf({ workspace, playbooks }: WorkspaceStatus, max: number) {
  if (playbooks === null)
    return html`<p class="none">${name(workspace)}: SecMaster's list of playbooks has not been read.</p>`;
  const silent = playbooks.filter(({ enabled, silent }) => enabled === true && silent);
  return html`${
    silent.length === 0
      ? ''
      : html`<h3>${name(workspace)}: enabled, without a run within the retention</h3>${rows(`playbooks of ${workspace} that do not run`, silent, max)}`
  }
  <details id="playbooks-${workspace}">
    <summary>${name(workspace)}: ${summary(playbooks, silent.length)}</summary>
    ${playbooks.length === 0 ? '' : rows(`playbooks of ${workspace}`, playbooks, max)}
  </details>`;
}

function summary(playbooks: readonly PlaybookStatus[], silent: number): string {
  const disabled = playbooks.filter(({ enabled }) => enabled === false).length;
  return [
    `${playbooks.length} ${playbooks.length === 1 ? 'playbook' : 'playbooks'}`,
    `${disabled} disabled`,
    ...(silent === 0 ? [] : [`${silent} enabled without a run`]),
  ].join(', ');
}

function rows(caption: string, playbooks: readonly PlaybookStatus[], max: number) {
  const more = playbooks.length - max;
  return html`${table(caption, head, playbooks.slice(0, max).map(row))}${
    more > 0 ? html`<p class="none">And ${more} more, in the status as JSON.</p>` : ''
  }`;
}

const head = ['Playbook', 'State', 'Last start (UTC)', 'Data class', 'Id'];

function row({ playbook, name: given, id, enabled, silent, dataclass, last_start: start }: PlaybookStatus) {
  return [
    name(playbook ?? given),
    state(enabled, silent),
    start === null ? html`<span class="none">none known</span>` : moment(start),
    name(dataclass?.name ?? dataclass?.id ?? ''),
    html`<code>${id}</code>`,
  ];
}

function state(enabled: boolean | null, silent: boolean) {
  if (enabled === null) return html`<span class="wait">unknown</span>`;
  if (!enabled) return html`<span class="state wait">– disabled</span>`;
  return silent ? html`<span class="state bad">✗ does not run</span>` : html`<span class="state good">✓ enabled</span>`;
}
