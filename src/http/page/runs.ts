import { html } from 'hono/html';
import { counted } from '../../model/counted.ts';
import { isDocumentedStatus } from '../../model/status.ts';
import type { FailedRunStatus, OpenRunStatus, RunStatus, WorkflowStatus } from '../run-status.ts';
import type { FailuresSince, Status } from '../status.ts';
import { isUnread, type WorkspaceStatus } from '../workspace-status.ts';
import { copyable } from './copyable.ts';
import { matchesRun, type Query } from './filter.ts';
import { duration, moment, name } from './format.ts';
import { table } from './table.ts';

export function runsSections(
  { failed_runs: failed, open_runs: open, workspaces }: Status,
  since: FailuresSince | null,
  query: Query,
) {
  if (failed === null || open === null) {
    return html`<section aria-labelledby="failed">
    <h2 id="failed">Runs</h2>
    <p class="none">Runs are not shown because status.recent_runs is 0.</p>
  </section>`;
  }
  const isMatch = (run: RunStatus) => matchesRun(query, run);
  const [failedFound, openFound] = [failed.filter(isMatch), open.filter(isMatch)];
  return html`<section aria-labelledby="failed">
    <h2 id="failed">Failed runs${countOf(failedFound, failed)}</h2>
    ${failed.length === 0 ? noFailures(since) : list('failed runs, newest first', failedHead, failedFound.map(failedRow))}
  </section>
  <section aria-labelledby="open">
    <h2 id="open">Stuck and retrying runs${countOf(openFound, open)}</h2>
    ${
      open.length === 0
        ? html`<p class="none">${noOpen(workspaces)}</p>`
        : list('stuck and retrying runs, oldest first', openHead, openFound.map(openRow))
    }
  </section>`;
}

function countOf(found: readonly RunStatus[], all: readonly RunStatus[]) {
  if (found.length < all.length) return html` <small>${found.length} of ${all.length} match the filter</small>`;
  return all.length === 0 ? '' : html` <small>${all.length}</small>`;
}

function list(caption: string, head: readonly string[], rows: Parameters<typeof table>[2]) {
  return rows.length === 0 ? html`<p class="none">None matches the filter.</p>` : table(caption, head, rows);
}

function noOpen(workspaces: readonly WorkspaceStatus[]): string {
  const unread = workspaces.filter(isUnread).length;
  if (unread === workspaces.length) return 'None is known yet.';
  const where = unread === 0 ? '' : ` in the workspaces read so far`;
  return `No run${where} is being retried or has been open for more than 4 hours.`;
}

function noFailures(since: FailuresSince | null) {
  if (since === null) return html`<p class="none">No failures seen yet.</p>`;
  return html`<p class="none">No failures seen since ${moment(since.time)}${since.isBeginning ? ', when counting began' : ''}.</p>`;
}

const failedHead = ['Failed', 'Playbook', 'Failing node and message', 'Attempt', 'Status now', 'Data', 'Instance'];

function failedRow(run: FailedRunStatus) {
  return [
    html`${moment(run.failed_time)}${tookUntil(run)}`,
    playbook(run),
    nodes(run),
    html`${run.attempt}`,
    status(run),
    data(run),
    instance(run),
  ];
}

const openHead = ['Started', 'Open for', 'Playbook', 'Status', 'Retries', 'Data', 'Instance'];

function openRow(run: OpenRunStatus) {
  return [
    moment(run.start_time),
    run.open_seconds === null ? html`` : html`${duration(run.open_seconds)}`,
    playbook(run),
    html`${status(run)}${run.stuck ? html`<br><span class="state bad">✗ stuck</span>` : ''}`,
    html`${run.retries}`,
    data(run),
    instance(run),
  ];
}

/** A documented one is a word, which stays in one line; another one may be of any length. */
function status({ status }: RunStatus) {
  return isDocumentedStatus(status) ? html`<bdi class="word">${status}</bdi>` : html`<bdi>${status}</bdi>`;
}

function tookUntil({ start_time: start, failed_time: failed }: FailedRunStatus) {
  if (start === null) return html``;
  return html`<br><small>${duration(Math.max(0, Date.parse(failed) - Date.parse(start)) / 1000)} after the start</small>`;
}

function playbook({ workspace, playbook, trigger_type: trigger, workflow }: RunStatus) {
  return html`${name(playbook)}<br><small><bdi>${trigger}</bdi> in ${name(workspace)}</small>${workflow && line('workflow', workflowText(workflow))}`;
}

/** By its ids where SecMaster gives no name or no version. */
function workflowText({ id, name, version, version_id: versionId }: WorkflowStatus): string {
  return [name ?? id, version ?? versionId].filter((part) => part !== null).join(' ');
}

/** What the run handled. */
function data({ dataclass, dataobject_id: object, defense_id: defense }: RunStatus) {
  const known = dataclass?.name ?? dataclass?.id ?? null;
  if (known === null && object === null && defense === null) return html`<span class="none">none</span>`;
  return html`${known && name(known)}${object && html`<p>${copyable(object, 'data object')}</p>`}${defense && line('defense layer', defense)}`;
}

function line(what: string, text: string) {
  return html`<p><small>${what} <bdi>${text}</bdi></small></p>`;
}

function nodes({ nodes: all, more_nodes: more = 0 }: FailedRunStatus) {
  if (all === null) return html`<span class="none">not read yet</span>`;
  if (all.length === 0) return html`<span class="none">unknown</span>`;
  return html`${all.map(
    (node) =>
      html`<p>${name(node.name)}${node.error === '' ? '' : html`<br><span class="message"><bdi>${node.error}</bdi></span>`}</p>`,
  )}${more === 0 ? '' : html`<p class="none">and ${counted(more, 'more failed node')}</p>`}`;
}

function instance({ instance_id: id, instance_name: title, console_url: url }: RunStatus) {
  return html`${title && html`<p>${name(title)}</p>`}<p>${copyable(id, 'instance id')}</p>${url && html`<p><a href="${url}" rel="noreferrer">Console<span class="hidden"> for ${id}</span></a></p>`}`;
}
