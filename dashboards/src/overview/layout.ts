import { alertAnnotation } from '../alerts.ts';
import { dashboard, line, wide } from '../layout.ts';
import { uids } from '../links.ts';
import { chosenOrNone } from '../promql.ts';
import { dataSourceVariable, workspaceVariable } from '../variables.ts';
import * as panels from './panels.ts';

/** All that matters fits on a wall of 1920 x 1080, and its first half on a laptop. */
export const overview = dashboard({
  uid: uids.overview,
  title: 'SecMaster / Overview',
  description: "Is the SOC's automation working?",
  time: '24h',
  refresh: '1m',
  variables: [dataSourceVariable, workspaceVariable],
  annotations: [alertAnnotation({ workspace: chosenOrNone('workspace') })],
  sections: [
    {
      lines: [
        line(
          4,
          wide(8, panels.verdict),
          panels.failingPlaybooks,
          panels.silentPlaybooks,
          panels.stuckPlaybooks,
          panels.slowPlaybooks,
        ),
        line(10, wide(14, panels.playbooks), panels.firingAlerts),
        line(4, panels.successRate, panels.budgetLeft, panels.dataAge, panels.workSaved),
        line(8, panels.successOverTime, panels.budgetOverTime, panels.startsComparedWithLastWeek),
      ],
    },
    {
      title: 'Runs',
      lines: [line(8, panels.endsPerHour, panels.startsPerHour, panels.byStatusNow)],
    },
  ],
});
