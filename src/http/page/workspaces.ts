import { html } from 'hono/html';
import { isUnread, type WorkspaceStatus } from '../workspace-status.ts';
import { duration, moment, name } from './format.ts';
import { table } from './table.ts';

const states = {
  succeeding: html`<span class="state good">✓ up</span>`,
  failing: html`<span class="state bad">✗ failing</span>`,
  starting: html`<span class="state wait">… starting</span>`,
} as const;

export function workspacesSection(workspaces: readonly WorkspaceStatus[]) {
  return html`<section aria-labelledby="workspaces">
  <h2 id="workspaces">Workspaces</h2>
  ${workspaces.length === 0 ? html`<p class="none">No workspace is known yet.</p>` : table('workspaces', ['Workspace', 'State', 'Last success', 'Instances by status', 'Open', 'Lookback'], workspaces.map(row))}
</section>`;
}

/** Nothing until there is a workspace. */
export function pollsSection(workspaces: readonly WorkspaceStatus[]) {
  if (workspaces.length === 0) return html``;
  return html`<section aria-labelledby="polls">
  <h2 id="polls">Recent polls</h2>
  ${workspaces.map(polls)}
</section>`;
}

const unknown = html`<span class="none">not known yet</span>`;

function row(workspace: WorkspaceStatus) {
  const { state, error, age_seconds: age, instances } = workspace;
  const byStatus = Object.entries(instances).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return [
    html`<strong>${name(workspace.workspace)}</strong> <small>${workspace.region}${polledBy(workspace)}</small>${console(workspace)}`,
    error === null ? states[state] : html`${states[state]} <span class="message">${error}</span>`,
    age === null ? moment(null) : html`${duration(age)} ago<br><small>${moment(workspace.last_success)}</small>`,
    byStatus.length === 0
      ? isUnread(workspace)
        ? unknown
        : html`<span class="none">none</span>`
      : html`<ul class="counts">${byStatus.map(([status, count]) => html`<li><bdi>${status}</bdi> <b>${count}</b></li>`)}</ul>`,
    isUnread(workspace) ? unknown : html`${workspace.open_instances}`,
    workspace.window_complete
      ? html`read`
      : html`<span class="wait">${isUnread(workspace) ? 'not read yet' : 'reading history'}</span>`,
  ];
}

function console({ workspace, console_url: url }: WorkspaceStatus) {
  return url && html`<br><a href="${url}" rel="noreferrer">Console<span class="hidden"> for ${workspace}</span></a>`;
}

function polledBy({ polled_by: replica }: WorkspaceStatus) {
  if (replica === undefined) return '';
  return replica === null ? ', polled by no replica' : html`, polled by ${name(replica)}`;
}

function polls({ workspace, polls: count, recent_polls: recent, polled_by: replica }: WorkspaceStatus) {
  const since = replica === undefined ? 'the exporter started' : 'the ledger was created';
  const rows = recent.map((poll) => [
    moment(poll.ended),
    html`${poll.duration_seconds.toFixed(2)} s`,
    html`${poll.requests}`,
    poll.error === null ? html`succeeded` : html`<span class="message">${poll.error}</span>`,
  ]);
  return html`<details id="polls-${workspace}">
    <summary>${name(workspace)}: ${count} ${count === 1 ? 'poll' : 'polls'} since ${since}</summary>
    ${recent.length === 0 ? html`<p class="none">No poll has ended yet.</p>` : table(`polls of ${workspace}`, ['Ended', 'Duration', 'Requests', 'Result'], rows)}
  </details>`;
}
