import { alertAnnotation } from '../alerts.ts';
import { dashboard } from '../layout.ts';
import { uids } from '../links.ts';
import { dataSourceVariable, playbookVariable, triggerTypeVariable, workspaceVariable } from '../variables.ts';
import * as panels from './panels.ts';

export const playbook = dashboard({
  uid: uids.playbook,
  title: 'SecMaster / Playbook',
  description: 'Why is this one failing?',
  time: '24h',
  refresh: '1m',
  variables: [dataSourceVariable, workspaceVariable, playbookVariable, triggerTypeVariable],
  annotation: alertAnnotation(['workspace', 'playbook']),
  sections: [
    {
      title: 'Now',
      lines: [
        {
          height: 4,
          panels: [
            [panels.failureRatioNow, 6],
            [panels.successRatio, 6],
            [panels.sinceLastSuccess, 6],
            [panels.sinceLastStart, 6],
          ],
        },
        {
          height: 4,
          panels: [
            [panels.openNow, 6],
            [panels.oldestOpen, 6],
            [panels.recentRetries, 6],
            [panels.attemptsPerRun, 6],
          ],
        },
      ],
    },
    {
      title: 'Failures',
      lines: [
        {
          height: 8,
          panels: [
            [panels.failureRatio, 12],
            [panels.failureRatioByTrigger, 12],
          ],
        },
        {
          height: 8,
          panels: [
            [panels.failingNodes, 12],
            [panels.nodeFailuresPerHour, 12],
          ],
        },
        { height: 6, panels: [[panels.firingAlerts, 24]] },
      ],
    },
    {
      title: 'Volume',
      lines: [
        {
          height: 8,
          panels: [
            [panels.endsPerHour, 12],
            [panels.startsPerHour, 12],
          ],
        },
        {
          height: 8,
          panels: [
            [panels.attempts, 12],
            [panels.volumeComparedWithLastWeek, 12],
          ],
        },
      ],
    },
    {
      title: 'Durations',
      lines: [
        {
          height: 9,
          panels: [
            [panels.durations, 12],
            [panels.durationQuantiles, 12],
          ],
        },
      ],
    },
    {
      title: 'Still open',
      lines: [
        {
          height: 8,
          panels: [
            [panels.openByStatus, 12],
            [panels.oldestOpenByStatus, 12],
          ],
        },
      ],
    },
  ],
});
