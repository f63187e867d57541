/** How a playbook is doing, as one number: the worst that is known of it. */
import { exporter, playbook, workflow } from '../../src/metrics/families.ts';
import { firing } from './alerts.ts';
import { bad, good, type Steps, unknown, warning } from './colours.ts';
import { age, current, is, isNot, maxBy, minBy, series } from './promql.ts';
import * as runs from './runs.ts';
import { failing, staleAfterSeconds, stuckAfterSeconds } from './thresholds.ts';

/** What nobody knows is worse than what is a ticket, and better than what pages. */
const levels = { working: 0, ticket: 1, slow: 2, stuck: 3, unknown: 4, paged: 5, silent: 6, failing: 7 } as const;

export const stateTexts: Readonly<Record<string, string>> = {
  [levels.working]: 'working',
  [levels.ticket]: 'ticket',
  [levels.slow]: 'slow',
  [levels.stuck]: 'stuck',
  [levels.unknown]: 'unknown',
  [levels.paged]: 'paged',
  [levels.silent]: 'silent',
  [levels.failing]: 'failing',
};

export const verdictTexts: Readonly<Record<string, string>> = {
  [levels.working]: 'Working',
  [levels.ticket]: 'Degraded: see the firing alerts',
  [levels.slow]: 'Degraded: playbooks are slow',
  [levels.stuck]: 'Degraded: runs are stuck',
  [levels.unknown]: 'Unknown: polls fail, data are old',
  [levels.paged]: 'Degraded: an alert pages',
  [levels.silent]: 'Degraded: playbooks are silent',
  [levels.failing]: 'Degraded: playbooks are failing',
};

export const stateSteps: Steps = [
  { value: null, color: good },
  { value: levels.ticket, color: warning },
  { value: levels.unknown, color: unknown },
  { value: levels.paged, color: bad },
];

export interface Chosen {
  readonly workspace: string;
  readonly playbook?: string;
}

const playbooks = ['workspace', 'playbook'] as const;

/** The limit in force, as the rules record it, or the default where they are not loaded. Each of `of` has one. */
function limit(recorded: string, labels: readonly ('workspace' | 'playbook')[], of: string, otherwise: number): string {
  const by = `(${labels.join(', ')})`;
  return `on ${by} (max by ${by} (${recorded}) or on ${by} 0 * ${of} + ${otherwise})`;
}

/** Of playbooks that somebody has disabled nothing is expected. */
const enabled = (here: Chosen) =>
  `unless on (workspace, playbook) max by (workspace, playbook) (${series(playbook.enabled, here)}) == 0`;

/** Playbooks that fail: so many in a row, or most of the last hour. Debug runs say nothing about the automation. */
export function failingPlaybooks(here: Chosen): string {
  const real = { ...here, trigger_type: isNot('DEBUG') };
  const limitOf = (of: string) =>
    limit('workspace_playbook:secmaster_failures_limit:count', playbooks, of, failing.inARow);
  const inARow = maxBy(playbooks, current(series(playbook.consecutiveFailures, real)));
  const lately = runs.failedRuns(playbooks, real, failing.window);
  return `((
  ${inARow} >= ${limitOf(inARow)}
  or
  ${lately} / 2 >= ${limitOf(lately)}
  and ${runs.failureRatio(playbooks, real, failing.window)} >= ${failing.ratio}
) ${enabled(here)})`;
}

/** Up to the last success and not up to now: while polls fail nobody knows what goes on. */
const upToLastSuccess = ({ workspace }: Chosen, timestamp: string) =>
  `(${maxBy(['workspace'], series(exporter.lastSuccess, { workspace }))} - on (workspace) group_right () ${timestamp})`;

export function stuckPlaybooks(here: Chosen): string {
  const open = upToLastSuccess(here, minBy(playbooks, current(series(workflow.oldestOpenStart, here))));
  return `(${open} > ${limit('workspace_playbook:secmaster_open_limit:seconds', playbooks, open, stuckAfterSeconds)})`;
}

export function silentPlaybooks(here: Chosen): string {
  const expected = series(playbook.expectedStart, { ...here, trigger_type: is('TIMER') });
  return `(${upToLastSuccess(here, maxBy(playbooks, current(expected)))} > 0 ${enabled(here)})`;
}

/** What is usual is known to the rules alone. */
export const slowPlaybooks = (here: Chosen): string =>
  `group by (workspace, playbook) (${firing('ALERTS', { ...here, alertname: is('SecMasterPlaybookSlow') })})`;

/** Whose last successful poll is long ago, also if its exporter has not been scraped for less than an hour, or that have had none. */
export function staleWorkspaces({ workspace }: Chosen): string {
  const lastSuccess = series(exporter.lastSuccess, { workspace });
  const dataAge = `(${age(maxBy(['workspace'], `last_over_time(${lastSuccess}[1h])`))})`;
  const limitInForce = limit('workspace:secmaster_data_age_limit:seconds', ['workspace'], dataAge, staleAfterSeconds);
  return `(
  ${dataAge} > ${limitInForce}
  or
  ${maxBy(['workspace'], series(exporter.up, { workspace }))} == 0 unless on (workspace) ${lastSuccess}
)`;
}

/** By workspace and playbook. */
export function states(here: Chosen): string {
  const known = `group by (workspace, playbook) (${series(workflow.lastStart, here)})`;
  const level = (of: keyof typeof levels, which: string) => `${levels[of]} * group by (workspace, playbook) (${which})`;
  const alerts = { ...here, area: is('playbook'), playbook: here.playbook ?? isNot('') };
  return [
    `${levels.unknown} * (${known} and on (workspace) ${staleWorkspaces(here)})`,
    level('failing', failingPlaybooks(here)),
    level('silent', silentPlaybooks(here)),
    level('paged', firing('ALERTS', { ...alerts, severity: is('critical') })),
    level('stuck', stuckPlaybooks(here)),
    level('slow', slowPlaybooks(here)),
    level('ticket', firing('ALERTS', alerts)),
    `${levels.working} * ${known}`,
  ].join('\nor ');
}

/**
 * One number for all of them, where alerts that are on no playbook count too, with or without a workspace: those on the exporter are no
 * verdict on playbooks, but a reason to look. Absent where nothing is scraped.
 *
 * @param alerts chooses the alerts that count
 */
export function verdict(here: Chosen, alerts: { readonly workspace: string }): string {
  const worst = [
    states(here),
    `${levels.unknown} * group by (workspace) (${staleWorkspaces(here)})`,
    `${levels.paged} * group(${firing('ALERTS', { ...alerts, area: is('playbook'), severity: is('critical') })})`,
    `${levels.ticket} * group(${firing('ALERTS', alerts)})`,
  ];
  return `max(\n${worst.join('\nor ')}\n)\nor 0 * count(${series(exporter.up, { workspace: here.workspace })})`;
}

/** How many there are in workspaces whose data are not old; absent, and so drawn in grey, where there is no such workspace. */
export function countedWhileFresh(which: string, here: Chosen): string {
  const stale = staleWorkspaces(here);
  const fresh = `${maxBy(['workspace'], series(exporter.lastSuccess, { workspace: here.workspace }))} unless on (workspace) ${stale}`;
  return `count(${which} unless on (workspace) ${stale}) or 0 * count(${fresh})`;
}

/**
 * Absent, and so drawn in grey, while the data of a chosen workspace are old: what they say of now is not known. Of chosen playbooks, only
 * their workspaces count.
 */
export function whileFresh(expression: string, here: Chosen): string {
  const stale = staleWorkspaces(here);
  const own = here.playbook === undefined ? stale : `(${stale} and on (workspace) ${series(workflow.lastStart, here)})`;
  return `(${expression}) unless on () ${own}`;
}
