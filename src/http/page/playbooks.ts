import { html } from 'hono/html';
import { counted } from '../../model/counted.ts';
import { type DurationsStatus, mostOf, type PlaybookStatus, type Trouble, troubles } from '../playbook-status.ts';
import type { WorkspaceStatus } from '../workspace-status.ts';
import { bars } from './bars.ts';
import { hrefOf, matchesPlaybook, type Query } from './filter.ts';
import { duration, moment, name } from './format.ts';
import { table } from './table.ts';

/** The page is loaded again every 15 seconds: its length is bounded. The status as JSON has all playbooks. */
const maxRows = { short: 100, long: 2_000 };

interface Row {
  readonly workspace: WorkspaceStatus;
  readonly playbook: PlaybookStatus;
}

/** All playbooks of all workspaces, the most urgent first. */
export function playbooksSection(workspaces: readonly WorkspaceStatus[], query: Query) {
  const all = workspaces.flatMap((workspace) => workspace.playbooks.map((playbook): Row => ({ workspace, playbook })));
  const found = all.filter(({ workspace, playbook }) => matchesPlaybook(query, workspace.workspace, playbook));
  const sorted = found.sort((a, b) => urgency(a.playbook) - urgency(b.playbook));
  return html`<section aria-labelledby="playbooks">
    <h2 id="playbooks">Playbooks${query.text === '' ? '' : html` <small>${found.length} of ${all.length} match the filter; <a href="${hrefOf({ ...query, text: '' })}">show all</a></small>`}</h2>
    ${unlisted(workspaces)}${unread(workspaces)}
    ${all.length === 0 ? html`<p class="none">No playbook is known yet.</p>` : rows(sorted, query, workspaces.length > 1)}
  </section>`;
}

/** Then those that work, then those of which nothing is heard. */
function urgency({ troubles: [worst], enabled, hours, oldest_open_start: open }: PlaybookStatus): number {
  if (worst !== undefined) return troubles.indexOf(worst);
  if (enabled === false) return troubles.length + 2;
  return troubles.length + (hours.length > 0 || open !== null ? 0 : 1);
}

function unlisted(workspaces: readonly WorkspaceStatus[]) {
  const unread = workspaces.filter(({ state, playbooks_listed: isListed }) => state !== 'starting' && !isListed);
  if (unread.length === 0) return '';
  const which = unread.length === workspaces.length ? '' : ` of ${counted(unread.length, 'workspace')}`;
  return html`<p class="none">SecMaster's list of playbooks${which} has not been read: playbooks that never ran are missing here.</p>`;
}

function unread(workspaces: readonly WorkspaceStatus[]) {
  const incomplete = workspaces.filter(({ state, window_complete: isComplete }) => state !== 'starting' && !isComplete);
  if (incomplete.length === 0) return '';
  const which = incomplete.length === workspaces.length ? '' : ` of ${counted(incomplete.length, 'workspace')}`;
  return html`<p class="none">The history${which} has not been read completely: bars and counts of the last 24 hours are missing runs.</p>`;
}

function rows(found: readonly Row[], query: Query, hasSeveral: boolean) {
  const max = query.isLong ? maxRows.long : maxRows.short;
  const more = found.length - max;
  if (found.length === 0) return html`<p class="none">No playbook matches the filter.</p>`;
  return html`${table(
    'playbooks, the most urgent first',
    head,
    found.slice(0, max).map((row) => cells(row, hasSeveral)),
  )}
    ${more > 0 ? html`<p class="none">And ${more} more${query.isLong ? ', in the status as JSON' : html`: filter for them, or <a href="${hrefOf({ ...query, isLong: true })}">show up to ${maxRows.long}</a>`}.</p>` : ''}`;
}

const head = ['Playbook', 'State', 'Last 24 hours', 'Next run', 'Finished within', 'Last start'];

function cells({ workspace, playbook: one }: Row, hasSeveral: boolean) {
  const dataclass = one.dataclass?.name ?? one.dataclass?.id ?? null;
  return [
    html`<b>${name(one.playbook ?? one.name)}</b>${hasSeveral ? html`<br><small>in ${name(workspace.workspace)}</small>` : ''}${dataclass === null ? '' : html`<br><small>${name(dataclass)}</small>`}`,
    state(one, workspace),
    lastDay(one, workspace),
    next(one),
    durations(one.durations),
    one.last_start === null ? html`<span class="none">none known</span>` : moment(one.last_start),
  ];
}

function state(one: PlaybookStatus, { window_complete: isComplete }: WorkspaceStatus) {
  const { troubles: wrong, enabled, hours, oldest_open_start: open } = one;
  const off = enabled === false ? html`<p class="state wait">– disabled</p>` : '';
  if (wrong.length > 0) return html`${wrong.map((trouble) => html`<p>${troubleText[trouble](one)}</p>`)}${off}`;
  if (enabled === false) return html`${off}`;
  // The run that ends a row of failures, or begins one, may be among those that are missing.
  if (!isComplete) return html`<span class="state wait">… reading history</span>`;
  if (hours.length > 0 || open !== null) return html`<span class="state good">✓ working</span>`;
  return html`<span class="state wait">– idle</span>`;
}

const troubleText: Record<Trouble, (one: PlaybookStatus) => ReturnType<typeof html>> = {
  failing: ({ failures_in_a_row: failures, failing_since: since }) =>
    html`<span class="state bad">✗ failing</span> <small>${failures} in a row${since === null ? '' : html`, since ${moment(since)}`}</small>`,
  stuck: ({ oldest_open_start: start }) =>
    html`<span class="state bad">✗ stuck</span> <small>open since ${moment(start)}</small>`,
  overdue: ({ expected_start: due }) =>
    html`<span class="state bad">✗ overdue</span> <small>since ${moment(due)}</small>`,
  silent: () =>
    html`<span class="state bad">✗ silent</span> <small>enabled, without a run within the retention</small>`,
};

function lastDay(
  { playbook, hours }: PlaybookStatus,
  { last_success: asOf, window_complete: isComplete }: WorkspaceStatus,
) {
  if (playbook === null) return html`<span class="none">not known by itself</span>`;
  if (hours.length === 0) return html`<span class="none">none ended</span>`;
  const [ended, failed] = [sum(hours, 'ended'), sum(hours, 'failed')];
  const until = asOf === null ? hours.at(-1)?.hour : asOf;
  return html`${bars(hours, Date.parse(until ?? ''))}
      <small>${ended} ended, ${failed === 0 ? 'none' : html`<b class="bad">${failed}</b>`} failed${isComplete ? '' : ' so far'}</small>`;
}

function sum(hours: PlaybookStatus['hours'], what: 'ended' | 'failed'): number {
  return hours.reduce((total, hour) => total + hour[what], 0);
}

function next({ expected_start: due, troubles: wrong, enabled }: PlaybookStatus) {
  if (due === null) return html`<span class="none">not known</span>`;
  if (enabled === false) return html`<span class="none">disabled</span>`;
  return html`${wrong.includes('overdue') ? 'was due by' : 'by'} ${moment(due)}`;
}

function durations(known: DurationsStatus | null) {
  if (known === null) return html`<span class="none">not known yet</span>`;
  const { half_within_seconds: half, most_within_seconds: most } = known;
  const within = (seconds: number | null) => (seconds === null ? 'longer than measured' : duration(seconds));
  return html`${within(half)} <small>half</small><br>${within(most)} <small>${100 * mostOf}\u00a0%</small>`;
}
