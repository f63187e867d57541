import { alertAnnotation } from '../alerts.ts';
import { dashboard, line, wide } from '../layout.ts';
import { uids } from '../links.ts';
import { chosenOrNone, is } from '../promql.ts';
import { dataSourceVariable, playbookVariable, triggerTypeVariable, workspaceVariable } from '../variables.ts';
import * as panels from './panels.ts';
import { versionAnnotation } from './versions.ts';

const alerts = { area: is('playbook'), workspace: chosenOrNone('workspace'), playbook: chosenOrNone('playbook') };

export const playbook = dashboard({
  uid: uids.playbook,
  title: 'SecMaster / Playbook',
  description: 'Why is this playbook failing?',
  time: '24h',
  refresh: '1m',
  variables: [dataSourceVariable, workspaceVariable, playbookVariable, triggerTypeVariable],
  annotations: [alertAnnotation(alerts), versionAnnotation],
  sections: [
    {
      lines: [
        line(
          4,
          wide(4, panels.state),
          panels.failuresInARow,
          panels.failingFor,
          panels.failedLastHour,
          panels.failedLookback,
        ),
        line(4, wide(4, panels.lastStart), panels.nextStart, panels.lastSuccess, panels.successRate, panels.oldestOpen),
        line(8, panels.failureRatio, panels.nodesOverTime),
        line(7, wide(8, panels.failingNodes), panels.firingAlerts),
      ],
    },
    {
      title: 'Runs',
      lines: [line(8, panels.endsPerHour, panels.attempts, panels.startsComparedWithLastWeek)],
    },
    {
      title: 'Durations',
      lines: [line(9, panels.durations, panels.durationQuantiles, panels.slowestNodes)],
    },
    {
      title: 'Still open',
      folded: true,
      lines: [line(8, panels.openByStatus, panels.oldestOpenByStatus)],
    },
    {
      title: 'Triggers and retries',
      folded: true,
      lines: [
        line(4, panels.openNow, panels.recentRetries, panels.attemptsPerRun),
        line(8, panels.startsPerHour, panels.failureRatioByTrigger),
      ],
    },
  ],
});
