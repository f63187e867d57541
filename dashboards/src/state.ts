/** How a playbook is doing, as one number: the worst that is known of it. */
import { exporter, playbook, workflow } from '../../src/metrics/families.ts';
import { firing } from './alerts.ts';
import { bad, good, type Steps, unknown, warning } from './colours.ts';
import { age, is, isNot, maxBy, minBy, once, series } from './promql.ts';
import * as runs from './runs.ts';
import { failing, staleAfterSeconds, stuckAfterSeconds } from './thresholds.ts';

const levels = { working: 0, alert: 1, slow: 2, stuck: 3, silent: 4, failing: 5, unknown: 6 } as const;

export const stateTexts: Readonly<Record<string, string>> = {
  [levels.working]: 'working',
  [levels.alert]: 'alert',
  [levels.slow]: 'slow',
  [levels.stuck]: 'stuck',
  [levels.silent]: 'silent',
  [levels.failing]: 'failing',
  [levels.unknown]: 'unknown',
};

export const verdictTexts: Readonly<Record<string, string>> = {
  [levels.working]: 'Working',
  [levels.alert]: 'Degraded: see the firing alerts',
  [levels.slow]: 'Degraded: playbooks are slow',
  [levels.stuck]: 'Degraded: runs are stuck',
  [levels.silent]: 'Degraded: playbooks are silent',
  [levels.failing]: 'Degraded: playbooks are failing',
  [levels.unknown]: 'Unknown: polls fail, data are old',
};

export const stateSteps: Steps = [
  { value: null, color: good },
  { value: levels.alert, color: warning },
  { value: levels.silent, color: bad },
  { value: levels.unknown, color: unknown },
];

export interface Chosen {
  readonly workspace: string;
  readonly playbook?: string;
}

const playbooks = ['workspace', 'playbook'] as const;

/** Playbooks that fail: so many in a row, or most of the last hour. Debug runs say nothing about the automation. */
export function failingPlaybooks(here: Chosen): string {
  const real = { ...here, trigger_type: isNot('DEBUG') };
  return `(
  ${maxBy(playbooks, series(playbook.consecutiveFailures, real))} >= ${failing.inARow}
  or
  ${runs.failedRuns(playbooks, real, failing.window)} >= ${failing.runs}
  and ${runs.failureRatio(playbooks, real, failing.window)} >= ${failing.ratio}
)`;
}

/** Up to the last success and not up to now: while polls fail nobody knows what goes on. */
const upToLastSuccess = ({ workspace }: Chosen, timestamp: string) =>
  `${maxBy(['workspace'], series(exporter.lastSuccess, { workspace }))} - on (workspace) group_right () ${timestamp}`;

export const stuckPlaybooks = (here: Chosen): string =>
  `(${upToLastSuccess(here, minBy(playbooks, series(workflow.oldestOpenStart, here)))} > ${stuckAfterSeconds})`;

export const silentPlaybooks = (here: Chosen): string =>
  `(${upToLastSuccess(here, maxBy(playbooks, series(playbook.expectedStart, { ...here, trigger_type: is('TIMER') })))} > 0)`;

/** What is usual is known to the rules alone. */
export const slowPlaybooks = (here: Chosen): string =>
  `group by (workspace, playbook) (${firing('ALERTS', { ...here, alertname: is('SecMasterPlaybookSlow') })})`;

const staleWorkspaces = ({ workspace }: Chosen) =>
  `(${age(maxBy(['workspace'], series(exporter.lastSuccess, { workspace })))} > ${staleAfterSeconds})`;

/** By workspace and playbook. */
export function states(here: Chosen): string {
  const known = `group by (workspace, playbook) (${series(workflow.lastStart, here)})`;
  const level = (of: keyof typeof levels, which: string) => `${levels[of]} * group by (workspace, playbook) (${which})`;
  return [
    `${levels.unknown} * (${known} and on (workspace) ${staleWorkspaces(here)})`,
    level('failing', failingPlaybooks(here)),
    level('silent', silentPlaybooks(here)),
    level('stuck', stuckPlaybooks(here)),
    level('slow', slowPlaybooks(here)),
    level('alert', firing('ALERTS', { ...here, playbook: here.playbook ?? isNot('') })),
    `${levels.working} * ${known}`,
  ].join('\nor ');
}

/** One number for all of them, where alerts that are on no playbook count too. Absent where nothing is scraped. */
export function verdict(here: Chosen): string {
  return [
    `${levels.unknown} * group(${staleWorkspaces(here)})`,
    `max(\n${states(here)}\n) > ${levels.alert}`,
    `${levels.alert} * group(${firing('ALERTS', here)})`,
    `0 * count(${series(exporter.up, { workspace: here.workspace })})`,
  ].join('\nor ');
}

/**
 * Absent, and so drawn in grey, while the data of a chosen workspace are old: what they say of now is not known. Of chosen playbooks, only
 * their workspaces count.
 */
export function whileFresh(expression: string, here: Chosen): string {
  const lastSuccess = once(series(exporter.lastSuccess, { workspace: here.workspace }));
  const own =
    here.playbook === undefined ? lastSuccess : `${lastSuccess} and on (workspace) ${series(workflow.lastStart, here)}`;
  return `(${expression}) and on () (${age(`min(${own})`)} < ${staleAfterSeconds})`;
}
