import type { World } from '../../src/simulator/world.ts';
import { after, afterStart, atOnce, type Decided, type Incident, inARow, nth, type Wants } from './incident.ts';
import type { Trouble } from './life.ts';
import { type Attempt, events, type PlaybookPlan, type Run, timer } from './playbooks.ts';
import type { WorldPlan } from './world.ts';

/** Worlds in which something goes wrong at known times, each on playbooks and days of its own. */

type Change = Trouble['change'];

const only = (ends: Attempt['ends'], seconds = 15): Run => ({
  attempts: [{ afterSeconds: 0, seconds, ends, node: 'Act' }],
});
const fails: Change = () => only('FAILED');
const failsInPart =
  (ratio: number): Change =>
  (usual, random) =>
    random.chance(ratio) ? only('FAILED') : usual;
const doesNotStart: Change = () => null;
const isTerminated: Change = () => only('TERMINATED', 60);
const doesNotEnd: Change = () => only('OPEN');
const takesLonger =
  (factor: number): Change =>
  ({ attempts }) => ({ attempts: attempts.map((one) => ({ ...one, seconds: factor * one.seconds })) });
/** Only the first so many runs; later ones go as usual. */
const first =
  (count: number, change: Change): Change =>
  (usual, random, number) =>
    number < count ? change(usual, random, number) : usual;
const failsBefore =
  (failures: number, afterSeconds: number): Change =>
  () => ({
    attempts: Array.from({ length: failures + 1 }, (_, index) => ({
      afterSeconds: index === 0 ? 0 : afterSeconds,
      seconds: 15,
      ends: index < failures ? ('FAILED' as const) : ('FINISHED' as const),
      node: 'Act',
    })),
  });

const failing = ['SecMasterPlaybookFailing', 'SecMasterPlaybookFailureBudgetBurn', 'SecMasterWorkspaceFailing'];
const burning = ['SecMasterPlaybookFailureBudgetBurn', 'SecMasterPlaybookFailing'];
const silent = ['SecMasterPlaybookSilent'];

type When = readonly [fromDay: number, hours: number];
type Told = readonly [wants: Wants, by: readonly string[], decided: Decided];

function trouble(
  name: string,
  playbooks: string | readonly string[],
  [fromDay, hours]: When,
  change: Change,
  [wants, by, decided]: Told,
): Incident {
  return { name, playbooks: [playbooks].flat(), fromDay, hours, change, wants, by, decided };
}

function exporterTrouble(
  name: string,
  [fromDay, hours]: When,
  exporter: NonNullable<Incident['exporter']>,
  [wants, by, decided]: Told,
): Incident {
  return { name, playbooks: [], fromDay, hours, exporter, wants, by, decided };
}

const usual = { failureRatio: 0.005, retryChance: 0.8 };

const failures: WorldPlan = {
  name: 'failures',
  playbooks: [
    ...[1, 3, 10, 40, 200].map((perDay) => events(`${perDay} a day`, perDay, usual)),
    // Not there for longer than it must be: most of what such a world takes is its.
    { ...events('2000 a day', 2000, usual), fromDay: 4 },
    ...[10, 40, 200].map((perDay) => events(`Other ${perDay} a day`, perDay, usual)),
    timer('Weekly scan', 'weekly', { failureRatio: 0 }),
    { ...timer('Rotate keys', 'hourly', { failureRatio: 0 }), fromDay: 12 },
  ],
  incidents: [
    trouble('1 a day, always fails', '1 a day', [8, 8 * 24], fails, ['page', failing, inARow(3)]),
    trouble('3 a day, always fails', '3 a day', [8.3, 96], fails, ['page', failing, inARow(3)]),
    trouble('10 a day, always fails', '10 a day', [8.6, 48], fails, ['page', failing, inARow(3)]),
    trouble('40 a day, always fails', '40 a day', [9.4, 24], fails, ['page', failing, inARow(3)]),
    trouble('200 a day, always fails', '200 a day', [9.1, 6], fails, ['page', failing, inARow(3)]),
    trouble('2000 a day, always fails', '2000 a day', [10.1, 3], fails, ['page', failing, inARow(3)]),
    // The third failure in a row pages.
    trouble('once a week, fails twice', 'Weekly scan', [6.9, 13 * 24], fails, [
      'ticket',
      ['SecMasterPlaybookFailing'],
      inARow(1),
    ]),
    trouble('10 a day, half of the runs fail', '10 a day', [16, 96], failsInPart(0.5), [
      'page',
      failing,
      nth(5, 'FAILED'),
    ]),
    trouble('40 a day, half of the runs fail', '40 a day', [13.4, 36], failsInPart(0.5), [
      'page',
      failing,
      nth(5, 'FAILED'),
    ]),
    trouble('200 a day, half of the runs fail', '200 a day', [11.3, 12], failsInPart(0.5), [
      'page',
      failing,
      nth(5, 'FAILED'),
    ]),
    trouble('2000 a day, half of the runs fail', '2000 a day', [11.4, 3], failsInPart(0.5), [
      'page',
      failing,
      nth(5, 'FAILED'),
    ]),
    trouble('200 a day, 15 % fail', '200 a day', [19, 72], failsInPart(0.15), ['ticket', burning, nth(20, 'FAILED')]),
    trouble('2000 a day, 15 % fail', '2000 a day', [7.1, 48], failsInPart(0.15), [
      'ticket',
      burning,
      nth(20, 'FAILED'),
    ]),
    trouble('2000 a day, falls silent', '2000 a day', [13, 14 * 24], doesNotStart, ['ticket', silent, atOnce]),
    trouble('the first run ever fails, and all that follow', 'Rotate keys', [11, 5 * 24], fails, [
      'page',
      failing,
      inARow(3),
    ]),
    trouble('40 a day, most fail in one node', 'Other 40 a day', [10.2, 24], failsInPart(0.7), [
      'page',
      failing,
      nth(5, 'FAILED'),
    ]),
    trouble('10 a day, fails for six days', 'Other 10 a day', [14.2, 6 * 24], fails, ['page', failing, inARow(3)]),
    trouble(
      'each third run is healed by a retry',
      'Other 40 a day',
      [17.2, 48],
      (one, random, number) => (random.chance(0.33) ? failsBefore(1, 90)(one, random, number) : one),
      ['nothing', [], () => null],
    ),
    trouble('a storm of retries', 'Other 200 a day', [14.3, 6], failsBefore(6, 20), [
      'ticket',
      ['SecMasterRetryStorm'],
      nth(10, 'retried'),
    ]),
  ],
};

const times: WorldPlan = {
  name: 'times',
  playbooks: [
    timer('Every 5 minutes', 'every-5-minutes', usual),
    timer('Hourly', 'hourly', usual),
    timer('Daily', 'daily', { failureRatio: 0 }),
    timer('Working days', 'working-days', { failureRatio: 0 }),
    timer('Weekly', 'weekly', { failureRatio: 0 }),
    timer('Renamed', 'hourly', usual),
    ...[3, 10, 40, 200].map((perDay) => events(`${perDay} a day`, perDay, { ...usual, seconds: 60 })),
    events('Other 40 a day', 40, usual),
    events('Other 200 a day', 200, usual),
    events('Approval', 20, { ...usual, seconds: 600 }),
    timer('Nightly', 'daily', { failureRatio: 0, seconds: 900 }),
  ],
  incidents: [
    trouble('a timer of 5 minutes stops', 'Every 5 minutes', [10.4, 3], doesNotStart, [
      'page',
      silent,
      nth(1, 'missed'),
    ]),
    trouble('an hourly timer stops', 'Hourly', [11.3, 8], doesNotStart, ['page', silent, nth(1, 'missed')]),
    trouble('a daily timer stops', 'Daily', [14.5, 72], doesNotStart, ['page', silent, nth(1, 'missed')]),
    trouble('a timer of working days stops', 'Working days', [16.5, 72], doesNotStart, [
      'page',
      silent,
      nth(1, 'missed'),
    ]),
    trouble('a weekly timer stops', 'Weekly', [20.5, 6 * 24], doesNotStart, ['page', silent, nth(1, 'missed')]),
    trouble('an event playbook of 200 a day falls silent', '200 a day', [9.2, 30], doesNotStart, [
      'ticket',
      silent,
      atOnce,
    ]),
    trouble('an event playbook of 40 a day falls silent', 'Other 40 a day', [12.2, 48], doesNotStart, [
      'ticket',
      silent,
      atOnce,
    ]),
    trouble('10 a day, runs take 5 times as long', '10 a day', [13.1, 72], takesLonger(5), [
      'ticket',
      ['SecMasterPlaybookSlow'],
      nth(5, 'FINISHED'),
    ]),
    trouble('200 a day, runs take 5 times as long', '200 a day', [15.2, 24], takesLonger(5), [
      'ticket',
      ['SecMasterPlaybookSlow'],
      nth(10, 'FINISHED'),
    ]),
    trouble('runs begin and do not end', 'Other 200 a day', [17.3, 4], doesNotEnd, [
      'page',
      ['SecMasterRunsPilingUp', 'SecMasterInstanceStuck'],
      nth(10, 'started'),
    ]),
    trouble(
      'one run is stuck for 5 hours',
      'Approval',
      [9.6, 9],
      first(1, () => only('FINISHED', 5 * 3600)),
      ['ticket', ['SecMasterInstanceStuck'], afterStart(4)],
    ),
    trouble(
      'twenty runs are stuck',
      'Approval',
      [18.2, 30],
      first(20, () => only('FINISHED', 30 * 3600)),
      ['page', ['SecMasterInstanceStuck', 'SecMasterRunsPilingUp'], afterStart(4, 3)],
    ),
    trouble('3 a day, all are terminated', '3 a day', [9, 96], isTerminated, [
      'ticket',
      ['SecMasterPlaybookTerminated'],
      nth(3, 'TERMINATED'),
    ]),
    trouble('40 a day, all are terminated', '40 a day', [20.3, 24], isTerminated, [
      'ticket',
      ['SecMasterPlaybookTerminated'],
      nth(3, 'TERMINATED'),
    ]),
    trouble("last night's run is retried by hand", 'Nightly', [12.5, 24], failsBefore(1, 10 * 3600), [
      'nothing',
      [],
      () => null,
    ]),
    {
      name: 'a timer is renamed',
      playbooks: ['Renamed', 'New name'],
      fromDay: 13.5,
      hours: 48,
      act: (world) => rename(world, 'Renamed', 'New name'),
      wants: 'nothing',
      by: [],
      decided: () => null,
    },
  ],
};

function rename(world: World, before: string, name: string): void {
  const found = [...world.playbooks.listed.values()].find((one) => one.name === before);
  if (found !== undefined) world.renamePlaybook(found.id, name);
}

const dependents = Array.from({ length: 10 }, (_, index) => `Dependent ${index + 1}`);
const together: readonly PlaybookPlan[] = [
  ...dependents.map((name, index) => events(name, 30 + 10 * index, usual)),
  timer('Every 5 minutes', 'every-5-minutes', usual),
  timer('Hourly', 'hourly', usual),
];

const exporter: WorldPlan = {
  name: 'dependencies and the exporter',
  playbooks: together,
  incidents: [
    trouble('ten playbooks fail at once', dependents, [9.3, 6], fails, ['page', failing, inARow(3)]),
    trouble(
      'no playbook starts any more',
      together.map(({ name }) => name),
      [11.3, 8],
      doesNotStart,
      ['page', silent, nth(1, 'missed')],
    ),
    exporterTrouble('3 polls in 5 fail for six hours', [13.3, 6], 'three_polls_in_five_fail', [
      'ticket',
      ['SecMasterPollFailing'],
      atOnce,
    ]),
    trouble('a playbook fails while 3 polls in 5 fail', 'Dependent 10', [13.33, 5], fails, [
      'page',
      failing,
      inARow(3),
    ]),
    exporterTrouble('the exporter is down', [15.4, 1], 'down', ['page', ['SecMasterExporterDown'], atOnce]),
    exporterTrouble('polls fail', [16.4, 2], 'secmaster_down', ['page', ['SecMasterDataStale'], after(10 / 60)]),
    // Not for longer: sooner or later, no poll would succeed for a quarter of an hour by chance.
    exporterTrouble('SecMaster throttles two requests in five', [17.4, 2], 'throttled', [
      'ticket',
      ['SecMasterThrottled', 'SecMasterPollFailing'],
      atOnce,
    ]),
    exporterTrouble('credentials are not renewed', [18.4, 25], 'credentials_not_renewed', [
      'page',
      ['SecMasterCredentialsExpiring'],
      after(24 - 20 / 60),
    ]),
    exporterTrouble('the ledger begins anew', [22.4, 1], 'ledger_lost', [
      'ticket',
      ['SecMasterLedgerRestarted'],
      atOnce,
    ]),
  ],
};

const cases = Array.from({ length: 12 }, (_, index) => `Case ${index + 1}`);

const rarely: WorldPlan = {
  name: 'rare playbooks',
  playbooks: cases.map((name) => events(name, 1.2, { ...usual, failureRatio: 0.005 })),
  incidents: [
    trouble('each of 12 rare playbooks fails once or twice', cases, [10.3, 30], fails, [
      'page',
      failing,
      nth(10, 'FAILED'),
    ]),
    trouble('one rare playbook fails once', 'Case 1', [18, 72], first(1, fails), ['nothing', [], () => null]),
  ],
};

export const incidentWorlds: readonly WorldPlan[] = [failures, times, exporter, rarely];
