import { html } from 'hono/html';
import type { PlaybookStatus } from '../playbook-status.ts';
import type { WorkspaceStatus } from '../status.ts';
import { moment, name } from './format.ts';
import { table } from './table.ts';

/** Rows of one table; the status as JSON has all of them. */
const maxRows = 100;

/** What SecMaster's list of playbooks tells: first those that are enabled and do not run. */
export function playbooksSection(workspaces: readonly WorkspaceStatus[]) {
  return html`<section aria-labelledby="playbooks">
  <h2 id="playbooks">Playbooks</h2>
  ${workspaces.every(({ playbooks }) => playbooks === null) ? html`<p class="none">SecMaster's list of playbooks has not been read.</p>` : workspaces.map(playbooksOf)}
</section>`;
}

function playbooksOf({ workspace, playbooks }: WorkspaceStatus) {
  if (playbooks === null)
    return html`<p class="none">${name(workspace)}: SecMaster's list of playbooks has not been read.</p>`;
  const silent = playbooks.filter(({ enabled, silent }) => enabled === true && silent);
  return html`${
    silent.length === 0
      ? ''
      : html`<h3>${name(workspace)}: enabled, without a run within the retention</h3>${rows(`playbooks of ${workspace} that do not run`, silent)}`
  }
  <details id="playbooks-${workspace}">
    <summary>${name(workspace)}: ${summary(playbooks, silent.length)}</summary>
    ${playbooks.length === 0 ? '' : rows(`playbooks of ${workspace}`, playbooks)}
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

function rows(caption: string, playbooks: readonly PlaybookStatus[]) {
  const more = playbooks.length - maxRows;
  return html`${table(caption, head, playbooks.slice(0, maxRows).map(row))}${
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
