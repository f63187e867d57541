import { describe, expect, test } from 'vitest';
import type { Alert, Notification } from './alertmanager.ts';
import { type Incident, nth } from './incident.ts';
import { tablesOf, unmet } from './tables.ts';
import { verdictOn } from './verdicts.ts';
import { installedMs, type MadeWorld, type WorldPlan } from './world.ts';

const [minute, day] = [60_000, 86_400_000];
const beganMs = installedMs + day;

const incident: Incident = {
  name: 'it fails',
  playbooks: ['A'],
  fromDay: 1,
  hours: 2,
  wants: 'page',
  by: ['Failing'],
  decided: nth(2, 'FAILED'),
};
const made: MadeWorld = {
  installedMs,
  endMs: installedMs + 3 * day,
  happened: [0, 10, 20].map((minutes) => ({ playbook: 'A', kind: 'FAILED', atMs: beganMs + minutes * minute })),
};

function told(minutes: number, labels: Record<string, string>, isNews = true): Notification {
  const alert: Alert = { labels, fromMs: beganMs + minutes * minute, untilMs: null };
  return { atMs: alert.fromMs, receiver: 'any', firing: [alert], resolved: [], news: isNews ? [alert] : [] };
}

const plan = (changed: Partial<Incident> = {}): WorldPlan => ({
  name: 'some',
  playbooks: [],
  incidents: [{ ...incident, ...changed }],
});
const page = { alertname: 'Failing', severity: 'critical', playbook: 'A' };
const ticket = { alertname: 'Failing', severity: 'warning', playbook: 'A' };

describe('an incident', () => {
  test('is told once the wanted alert has come, so long after what decides', () => {
    const { incidents } = verdictOn(plan(), made, [told(13, page), told(253, page, false)]);
    expect(incidents).toMatchObject([{ isMet: true, pages: 2, tickets: 0, told: { alert: 'Failing' } }]);
    expect(tablesOf([verdictOn(plan(), made, [told(13, page)])])).toContain(
      '| it fails | page | Failing | 3 min | 1 | 0 |  |',
    );
  });

  test.each([
    ['that wants a page is not told by a ticket', { wants: 'page' }, [ticket], false],
    ['that wants a ticket is not told by a page', { wants: 'ticket' }, [ticket, page], false],
    ['that wants a ticket is told by one', { wants: 'ticket' }, [ticket], true],
    ['that wants nothing is told by nothing', { wants: 'nothing' }, [], true],
    ['that wants nothing is not told by a ticket', { wants: 'nothing' }, [ticket], false],
    ['is not told by another alert', { by: ['Silent'] }, [page], false],
    ["is not told by another playbook's alert", {}, [{ ...page, playbook: 'B' }], false],
  ] as const)('%s', (_, changed, alerts, isMet) => {
    const verdict = verdictOn(
      plan(changed),
      made,
      alerts.map((labels) => told(13, labels)),
    );
    expect(verdict.incidents[0]?.isMet).toBe(isMet);
  });

  test('that has not ended is left out', () => {
    expect(verdictOn(plan({ fromDay: 2.99 }), made, []).incidents).toEqual([]);
  });
});

describe('what is no incident', () => {
  test('counts as false, once for each notification that brings news', () => {
    const other = { ...page, playbook: 'B' };
    const verdict = verdictOn(plan({ wants: 'nothing' }), made, [
      told(5, other),
      told(300, other, false),
      told(9, { ...ticket, playbook: 'C' }),
    ]);
    expect(verdict).toMatchObject({ falsePages: { Failing: 1 }, falseTickets: { Failing: 1 } });
    expect(unmet([verdict])).toEqual(['some: 1 false pages']);
  });
});
