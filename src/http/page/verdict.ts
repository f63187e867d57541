import { html } from 'hono/html';
import { counted } from '../../model/counted.ts';
import { messageText } from '../../model/text.ts';
import type { PlaybookStatus } from '../playbook-status.ts';
import type { Status } from '../status.ts';
import type { Summary } from '../summary.ts';
import type { WorkspaceStatus } from '../workspace-status.ts';
import { hrefOf } from './filter.ts';
import { duration, join, moment, name } from './format.ts';

type Html = ReturnType<typeof html>;

/** Reasons that are told; the lists have them all. */
const maxReasons = 8;
/** So that a stack trace doesn't hide the reasons below it; the lists have all of a message. */
const maxMessageLength = 240;

/** How bad it is, in a few words, and why. */
export function verdictSection(status: Status) {
  const { summary, workspaces } = status;
  const manner = mannerOf(status);
  const reasons = reasonsOf(status);
  const more = reasons.length - maxReasons;
  return html`<section aria-labelledby="verdict">
    <h2 id="verdict" class="${manner}">${marks[manner]} ${verdict(status)}</h2>
    ${
      reasons.length === 0
        ? ''
        : html`<ul class="why">${reasons.slice(0, maxReasons).map((reason) => html`<li>${reason()}</li>`)}</ul>`
    }
    ${more > 0 ? html`<p class="none">And ${more} more, in the lists below.</p>` : ''}
    <p class="of">${about(summary, workspaces)} <span id="zone">Times are in UTC.</span></p>
    ${replicas(status)}
  </section>`;
}

/** For the tab: `2 failing, 7 stuck`; empty where nothing is wrong. */
export function shortVerdict(status: Status): string {
  const { summary } = status;
  const { playbooks_failing: failing } = summary;
  const parts = [
    summary.workspaces_failing > 0 ? 'polls failing' : [],
    failing > 0 ? `${failing} failing` : [],
    shortStuck(status),
    summary.playbooks_overdue > 0 ? `${summary.playbooks_overdue} overdue` : [],
  ];
  return parts.flat().join(', ');
}

function verdict(status: Status): string {
  const { summary } = status;
  const { workspaces, playbooks_failing: failing, playbooks_overdue: overdue } = summary;
  const unread = summary.workspaces_failing;
  const parts = [
    unread > 0 ? `polls failing${workspaces === 1 ? '' : ` in ${unread} of ${workspaces} workspaces`}` : [],
    failing > 0 ? `${counted(failing, 'playbook')} failing` : [],
    stuckRuns(status),
    overdue > 0 ? `${counted(overdue, 'playbook')} overdue` : [],
  ].flat();
  if (parts.length > 0) return capital(parts.join(', '));
  if (workspaces === 0) return 'No workspace yet';
  if (summary.workspaces_starting > 0) return 'Starting: the first poll has not ended';
  if (summary.workspaces_incomplete > 0)
    return 'Nothing known to be failing, stuck or overdue; history is still being read';
  return 'Nothing is failing, stuck or overdue';
}

/** As many as are known; where there may be more, `isAll` is false, and of none it is unknown how many there are. */
function stuckOf({ summary, open_runs: open }: Status): { readonly runs: number; readonly isAll: boolean } {
  if (summary.runs_stuck !== null) return { runs: summary.runs_stuck, isAll: true };
  return { runs: open?.filter(({ stuck }) => stuck).length ?? 0, isAll: false };
}

function stuckRuns(status: Status): string[] {
  const { runs, isAll } = stuckOf(status);
  const { playbooks_stuck: playbooks } = status.summary;
  if (runs > 0) return [`${isAll ? '' : 'at least '}${counted(runs, 'run')} stuck`];
  return playbooks === 0 ? [] : [`runs stuck in ${counted(playbooks, 'playbook')}`];
}

function shortStuck(status: Status): string[] {
  const { runs, isAll } = stuckOf(status);
  if (runs > 0) return [`${runs}${isAll ? '' : '+'} stuck`];
  return status.summary.playbooks_stuck === 0 ? [] : ['runs stuck'];
}

type Manner = 'bad' | 'wait' | 'good';
const marks: Readonly<Record<Manner, string>> = { bad: '✗', wait: '…', good: '✓' };

function mannerOf(status: Status): Manner {
  const { summary } = status;
  if (shortVerdict(status) !== '') return 'bad';
  const isKnown = summary.workspaces > 0 && summary.workspaces_starting + summary.workspaces_incomplete === 0;
  return isKnown ? 'good' : 'wait';
}

function about(
  { playbooks, playbooks_silent: silent, workspaces_starting: starting }: Summary,
  all: readonly WorkspaceStatus[],
) {
  const ages = all.flatMap(({ age_seconds: age }) => age ?? []);
  const parts = [
    `${counted(playbooks, 'playbook')} in ${counted(all.length, 'workspace')}`,
    silent > 0 ? `${silent} enabled but silent` : [],
    starting > 0 && all.length > 1 ? `${counted(starting, 'workspace')} starting` : [],
    ages.length === 0 ? [] : `as of ${duration(Math.max(...ages))} ago`,
  ];
  return `${parts.flat().join(', ')}.`;
}

function replicas({ replica, other_replicas: others = [] }: Status) {
  if (replica === undefined) return '';
  const each = others.map(
    ({ replica: other, scraped_seconds_ago: ago }) =>
      html`${name(other)} (${ago === null ? 'not scraped yet' : `scraped ${duration(ago)} ago`})`,
  );
  return html`<p class="replicas">This replica is ${name(replica)}. ${others.length === 0 ? 'No other one lives.' : html`Others: ${join(each)}.`}</p>`;
}

/** The most urgent first. Only what is shown is written. */
function reasonsOf(status: Status): (() => Html)[] {
  const { workspaces } = status;
  const playbooks = workspaces.flatMap((workspace) => workspace.playbooks.map((playbook) => ({ workspace, playbook })));
  const having = (trouble: PlaybookStatus['troubles'][number]) =>
    playbooks.filter(({ playbook }) => playbook.troubles.includes(trouble));
  const byFailures = having('failing').sort((a, b) => b.playbook.failures_in_a_row - a.playbook.failures_in_a_row);
  return [
    ...workspaces.filter(({ state }) => state === 'failing').map((workspace) => () => pollsFail(workspace)),
    ...byFailures.map(
      ({ workspace, playbook }) =>
        () =>
          fails(status, workspace, playbook),
    ),
    ...having('stuck').map(
      ({ workspace, playbook }) =>
        () =>
          isStuck(status, workspace, playbook),
    ),
    ...having('overdue').map(
      ({ workspace, playbook }) =>
        () =>
          isOverdue(status, workspace, playbook),
    ),
  ];
}

function pollsFail({ workspace, error, last_success: success }: WorkspaceStatus) {
  return html`<b>${name(workspace)}</b>: polls fail; ${success === null ? 'none has succeeded yet' : html`what is shown of it is from ${moment(success)}`}.
        <span class="message"><bdi>${error}</bdi></span> ${runbook('SecMasterPollFailing')}`;
}

function fails(status: Status, { workspace }: WorkspaceStatus, one: PlaybookStatus) {
  const last = status.failed_runs?.find((run) => run.workspace === workspace && run.playbook === one.playbook);
  const node = last?.nodes?.[0];
  const said =
    node &&
    html` <span class="message"><bdi>${node.name}</bdi>${node.error === '' ? '' : html`: <bdi>${messageText(node.error, maxMessageLength)}</bdi>`}</span>`;
  return html`${linked(status, workspace, one)}: ${counted(one.failures_in_a_row, 'failure')} in a row${since(one.failing_since)}.${said} ${runbook('SecMasterPlaybookFailing')}`;
}

function isStuck(status: Status, { workspace }: WorkspaceStatus, one: PlaybookStatus) {
  const runs = status.open_runs?.filter(
    (run) => run.stuck && run.workspace === workspace && run.playbook === one.playbook,
  );
  const many = runs?.length ?? 0;
  const said = many < 2 ? 'a run has' : `${stuckOf(status).isAll ? '' : 'at least '}${many} runs have`;
  return html`${linked(status, workspace, one)}: ${said} been open for more than 4 hours, ${many < 2 ? '' : 'the oldest '}since ${moment(one.oldest_open_start)}. ${runbook('SecMasterInstanceStuck')}`;
}

function isOverdue(status: Status, { workspace }: WorkspaceStatus, one: PlaybookStatus) {
  return html`${linked(status, workspace, one)}: no run has begun that was due by ${moment(one.expected_start)}. ${runbook('SecMasterPlaybookSilent')}`;
}

/** To what the lists have of the playbook. */
function linked({ workspaces }: Status, workspace: string, { playbook, name: given }: PlaybookStatus) {
  const title = playbook ?? given;
  const href = hrefOf({ text: title, isLong: false });
  return html`<b><a href="${href}">${name(title)}</a></b>${workspaces.length > 1 ? html` in ${name(workspace)}` : ''}`;
}

function since(time: string | null) {
  return time === null ? '' : html` since ${moment(time)}`;
}

function runbook(alert: string) {
  return html`<a href="runbooks/${alert}">Runbook</a>`;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
