import { alertAnnotation } from '../alerts.ts';
import { dashboard, line } from '../layout.ts';
import { uids } from '../links.ts';
import { dataSourceVariable, playbookVariable, triggerTypeVariable, workspaceVariable } from '../variables.ts';
import * as panels from './panels.ts';
import { versionAnnotation } from './versions.ts';

export const playbook = dashboard({
  uid: uids.playbook,
  title: 'SecMaster / Playbook',
  description: 'Why is this playbook failing?',
  time: '24h',
  refresh: '1m',
  variables: [dataSourceVariable, workspaceVariable, playbookVariable, triggerTypeVariable],
  annotations: [alertAnnotation(['workspace', 'playbook']), versionAnnotation],
  sections: [
    {
      title: 'Now',
      lines: [
        line(4, panels.failureRatioNow, panels.successRate, panels.sinceLastSuccess, panels.sinceLastStart),
        line(4, panels.openNow, panels.oldestOpen, panels.recentRetries, panels.attemptsPerRun),
        line(4, panels.failuresInARow, panels.failingFor, panels.nextStart),
      ],
    },
    {
      title: 'Failures',
      lines: [
        line(8, panels.failureRatio, panels.failureRatioByTrigger),
        line(8, panels.failingNodes, panels.nodeFailuresPerHour),
        line(6, panels.firingAlerts),
      ],
    },
    {
      title: 'Volume',
      lines: [
        line(8, panels.endsPerHour, panels.startsPerHour),
        line(8, panels.attempts, panels.volumeComparedWithLastWeek),
      ],
    },
    {
      title: 'Durations',
      lines: [line(9, panels.durations, panels.durationQuantiles, panels.slowestNodes)],
    },
    {
      title: 'Still open',
      lines: [line(8, panels.openByStatus, panels.oldestOpenByStatus)],
    },
  ],
});
