import { workingDays } from '../support/rhythm/timers.ts';
import { byHand, events, type PlaybookPlan, timer, type Usual } from './playbooks.ts';
import type { WorldPlan } from './world.ts';

/** Six kinds of SOC in which nothing happens that anybody need be told. */

const office = { fromHour: 8, toHour: 19, days: workingDays };
const steady: Usual = { failureRatio: 0.003, retryChance: 0.7 };

const timers: readonly PlaybookPlan[] = [
  timer('Collect alerts', 'every-5-minutes', steady),
  timer('Update indicators', 'hourly', steady),
  timer('Daily report', 'daily', { seconds: 300 }),
  timer('Weekly scan', 'weekly', { seconds: 3_000, failureRatio: 0 }),
  timer('Synchronise assets', 'twice-a-day', steady),
  timer('Nightly backup check', 'clocks-change', steady),
  timer('Scan all subnets', 'burst', { seconds: 400 }),
];

const busy: readonly PlaybookPlan[] = [50, 60, 75, 90, 110, 130, 160, 190, 240, 300].map((perDay, index) =>
  events(`Triage ${index + 1}`, perDay, {
    ...(index % 3 === 0 && { fromHour: 7, toHour: 22 }),
    seconds: 10 + 15 * index,
    failureRatio: [0.01, 0.02, 0.03, 0.04, 0.05][index % 5] ?? 0.01,
    retryChance: 0.6,
  }),
);

const workingHours: readonly PlaybookPlan[] = [
  timer('Morning briefing', 'working-days', steady),
  timer('Queue reminder', 'office-hours', steady),
  timer('Hand over the shift', 'holiday', steady),
  timer('Office opening', 'clocks-change-working-days', steady),
  events('Answer a report', 40, { ...office, seconds: 120, failureRatio: 0.01 }),
  events('Check a sender', 80, { ...office, failureRatio: 0.01 }),
];

const growing: readonly PlaybookPlan[] = [
  timer('Check blocked hosts', 'slowed', { ...steady, changeDay: 10 }),
  timer('Check mail gateway', 'sped-up', { ...steady, changeDay: 12 }),
  timer('Rotate keys', 'new', { ...steady, changeDay: 6 }),
  timer('Collect alerts', 'every-5-minutes', steady),
  { ...timer('Old report', 'hourly', steady), untilDay: 15.02 },
  timer('Renamed report', 'hourly', steady),
  { ...events('New triage', 60, { failureRatio: 0.02 }), fromDay: 8 },
  { ...events('Newer triage', 15, { failureRatio: 0.02 }), fromDay: 17 },
  events('Enrich alert', 50, { failureRatio: 0.01 }),
];

const rare: readonly PlaybookPlan[] = [
  ...[0.3, 0.3, 0.4, 0.4, 0.5, 0.6, 0.7, 0.8, 1, 1.2].map((perDay, index) =>
    events(`Handle case ${index + 1}`, perDay, { failureRatio: 0.02, retryChance: 0.5, seconds: 90 }),
  ),
  timer('Monthly licence check', 'monthly', { failureRatio: 0 }),
  timer('Weekly scan', 'weekly', { failureRatio: 0 }),
];

const mixed: readonly PlaybookPlan[] = [
  timer('Collect alerts', 'every-5-minutes', steady),
  timer('Nightly synchronisation', 'daily', {
    seconds: 600,
    failureRatio: 0.1,
    retryChance: 1,
    retryAfterSeconds: 6 * 3600,
  }),
  events('Triage alert', 50, { failureRatio: 0.02, terminatedRatio: 0.02 }),
  events('Approve isolation', 6, { seconds: 2 * 3600, failureRatio: 0.01, terminatedRatio: 0.05, ...office }),
  byHand(events('Search logs', 4, { failureRatio: 0.1, retryChance: 0.3, ...office }), 'MANUAL'),
  byHand(events('Playbook in the making', 10, { failureRatio: 0.6, retryChance: 0.2, ...office }), 'DEBUG'),
];

const quiet = (
  name: string,
  playbooks: readonly PlaybookPlan[],
  incidents: WorldPlan['incidents'] = [],
): WorldPlan => ({
  name,
  playbooks,
  incidents,
});

export const quietWorlds: readonly WorldPlan[] = [
  quiet('timers', timers, [
    exporterTrouble('the exporter restarts', 5.3, 1 / 60, 'restart'),
    exporterTrouble('the exporter restarts again', 5.32, 1 / 60, 'restart'),
    exporterTrouble('the exporter restarts at night', 11.9, 1 / 60, 'restart'),
    exporterTrouble('SecMaster is away for 5 minutes', 15.61, 5 / 60, 'secmaster_down'),
    exporterTrouble('3 polls in 5 fail for 3 hours', 19.4, 3, 'three_polls_in_five_fail', 'ticket'),
  ]),
  quiet('busy', busy),
  quiet('working hours', workingHours),
  quiet('growing', growing, [
    {
      name: 'a timer is renamed',
      playbooks: ['Renamed report', 'New report'],
      fromDay: 9.4,
      hours: 24,
      act: (world) => {
        const renamed = [...world.playbooks.listed.values()].find((one) => one.name === 'Renamed report');
        if (renamed !== undefined) world.renamePlaybook(renamed.id, 'New report');
      },
      wants: 'nothing',
      by: [],
      decided: () => null,
    },
    {
      name: 'a timer is deleted',
      playbooks: ['Old report'],
      fromDay: 15,
      hours: 24,
      act: (world) => {
        const deleted = [...world.playbooks.listed.values()].find((one) => one.name === 'Old report');
        if (deleted !== undefined) world.playbooks.remove(deleted.id);
      },
      wants: 'nothing',
      by: [],
      decided: () => null,
    },
  ]),
  quiet('rare', rare),
  quiet('mixed', mixed),
];

function exporterTrouble(
  name: string,
  fromDay: number,
  hours: number,
  exporter: NonNullable<WorldPlan['incidents'][number]['exporter']>,
  wants: 'ticket' | 'nothing' = 'nothing',
): WorldPlan['incidents'][number] {
  return {
    name,
    playbooks: [],
    fromDay,
    hours,
    exporter,
    wants,
    by: wants === 'ticket' ? ['SecMasterPollFailing'] : [],
    decided: (_, fromMs) => fromMs,
  };
}
