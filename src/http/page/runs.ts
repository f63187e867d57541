import { html } from 'hono/html';
import { isDocumentedStatus } from '../../model/status.ts';
import type { FailedRunStatus, FailuresSince, OpenRunStatus, RunStatus, Status, WorkflowStatus } from '../status.ts';
import { duration, moment, name } from './format.ts';
import { table } from './table.ts';

export function runsSections({ failed_runs: failed, open_runs: open }: Status, since: FailuresSince | null) {
  if (failed === null || open === null) {
    return html`<section aria-labelledby="failed">
  <h2 id="failed">Runs</h2>
  <p class="none">Runs are not shown because status.recent_runs is 0.</p>
</section>`;
  }
  return html`<section aria-labelledby="failed">
  <h2 id="failed">Failed runs</h2>
  ${failed.length === 0 ? noFailures(since) : table('failed runs, newest first', failedHead, failed.map(failedRow))}
</section>
<section aria-labelledby="open">
  <h2 id="open">Stuck and retrying runs</h2>
  ${
    open.length === 0
      ? html`<p class="none">No run is being retried or has been open for more than an hour.</p>`
      : table('stuck and retrying runs, oldest first', openHead, open.map(openRow))
  }
</section>`;
}

function noFailures(since: FailuresSince | null) {
  if (since === null) return html`<p class="none">No failures seen yet.</p>`;
  return html`<p class="none">No failures seen since ${moment(since.time)} UTC${since.isBeginning ? ', when counting began' : ''}.</p>`;
}

const failedHead = [
  'Failed (UTC)',
  'Playbook',
  'Failing node and message',
  'Attempt',
  'Status now',
  'Data',
  'Instance',
];

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

const openHead = ['Started (UTC)', 'Open for', 'Playbook', 'Status', 'Retries', 'Data', 'Instance'];

function openRow(run: OpenRunStatus) {
  return [
    moment(run.start_time),
    run.open_seconds === null ? html`` : html`${duration(run.open_seconds)}`,
    playbook(run),
    status(run),
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
  return html`${known && name(known)}${object && html`<p><code>${object}</code></p>`}${defense && line('defense layer', defense)}`;
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
  )}${more === 0 ? '' : html`<p class="none">and ${more} more failed nodes</p>`}`;
}

/** For the search of SecMaster's console. */
function instance({ instance_id: id, instance_name: title }: RunStatus) {
  return html`${title && html`<p>${name(title)}</p>`}<code>${id}</code>`;
}
