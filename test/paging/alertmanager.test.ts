import { describe, expect, test } from 'vitest';
import { type Alert, type AlertmanagerConfig, notificationsOf, routesOf } from './alertmanager.ts';

const minute = 60_000;
const hour = 60 * minute;

const config: AlertmanagerConfig = {
  route: {
    receiver: 'tickets',
    group_by: ['alertname'],
    group_wait: '30s',
    group_interval: '5m',
    repeat_interval: '24h',
    routes: [
      {
        matchers: ['area="exporter"', 'severity="critical"'],
        receiver: 'platform',
        group_by: ['alertname', 'instance'],
      },
      { matchers: ['severity="critical"'], receiver: 'pager', repeat_interval: '4h' },
    ],
  },
  inhibit_rules: [
    {
      source_matchers: ['alertname="Stale"'],
      target_matchers: ['area=~"play.*"', 'alertname!="Stale"'],
      equal: ['workspace'],
    },
  ],
};

function alert(labels: Record<string, string>, fromMinute: number, untilMinute: number | null = null): Alert {
  return { labels, fromMs: fromMinute * minute, untilMs: untilMinute === null ? null : untilMinute * minute };
}

/** Who is told when: minutes, and how many fire. */
function told(alerts: readonly Alert[], hours = 1): string[] {
  return notificationsOf(config, alerts, hours * hour).map(
    ({ atMs, receiver, firing, resolved, news }) =>
      `${receiver} ${atMs / minute}: ${firing.length} (${news.length} new), ${resolved.length} resolved`,
  );
}

const failing = { alertname: 'Failing', area: 'playbook', severity: 'critical', workspace: 'prod' };

describe('who is told of an alert', () => {
  test.each([
    ['the first route that matches', { area: 'exporter', severity: 'critical' }, 'platform'],
    ['a later one, where the first does not match', { area: 'playbook', severity: 'critical' }, 'pager'],
    ['the root, where none matches', { severity: 'warning' }, 'tickets'],
  ])('%s', (_, labels, receiver) => {
    expect(routesOf(config.route, labels).map((route) => route.receiver)).toEqual([receiver]);
  });

  test('a route that continues does not hide the next one', () => {
    const routes = [{ receiver: 'all', continue: true }, { receiver: 'pager' }];
    expect(routesOf({ receiver: 'root', routes }, {}).map(({ receiver }) => receiver)).toEqual(['all', 'pager']);
  });
});

describe('when they are told', () => {
  test('once after the wait, and once when it is over', () => {
    expect(told([alert(failing, 10, 32)])).toEqual([
      'pager 10.5: 1 (1 new), 0 resolved',
      'pager 35.5: 0 (0 new), 1 resolved',
    ]);
  });

  test('of alerts of one group that come together, once', () => {
    const all = ['a', 'b', 'c'].map((playbook) => alert({ ...failing, playbook }, 10));
    expect(told(all)).toEqual(['pager 10.5: 3 (3 new), 0 resolved']);
  });

  test('of another one of the group at its next interval', () => {
    const all = ['a', 'b'].map((playbook, index) => alert({ ...failing, playbook }, 10 + 2 * index));
    expect(told(all)).toEqual(['pager 10.5: 1 (1 new), 0 resolved', 'pager 15.5: 2 (1 new), 0 resolved']);
  });

  test('again at the first interval after the repeat interval', () => {
    expect(told([alert(failing, 0)], 9)).toEqual([
      'pager 0.5: 1 (1 new), 0 resolved',
      'pager 245.5: 1 (0 new), 0 resolved',
      'pager 490.5: 1 (0 new), 0 resolved',
    ]);
  });

  test('again after five days, whatever the repeat interval is', () => {
    const route = { receiver: 'tickets', repeat_interval: '1y' };
    const minutes = notificationsOf({ route }, [alert(failing, 0)], 130 * hour).map(({ atMs }) => atMs / minute);
    expect(minutes).toEqual([0.5, 120 * 60 + 5.5]);
  });

  test('never of what ends within the wait', () => {
    expect(told([{ ...alert(failing, 10), untilMs: 10 * minute + 20_000 }])).toEqual([]);
  });

  test('anew where it fires again after it was over', () => {
    expect(told([alert(failing, 10, 12), alert(failing, 40)])).toEqual([
      'pager 10.5: 1 (1 new), 0 resolved',
      'pager 15.5: 0 (0 new), 1 resolved',
      'pager 40.5: 1 (1 new), 0 resolved',
    ]);
  });
});

describe('an alert that explains others', () => {
  const stale = { alertname: 'Stale', area: 'exporter', severity: 'critical', workspace: 'prod', instance: 'a' };

  test('mutes them as long as it fires', () => {
    expect(told([alert(stale, 5, 21), alert(failing, 10)])).toEqual([
      'platform 5.5: 1 (1 new), 0 resolved',
      'platform 25.5: 0 (0 new), 1 resolved',
      'pager 25.5: 1 (1 new), 0 resolved',
    ]);
  });

  test('mutes only those with the same labels', () => {
    expect(told([alert(stale, 5), alert({ ...failing, workspace: 'test' }, 10)])).toContain(
      'pager 10.5: 1 (1 new), 0 resolved',
    );
  });
});
