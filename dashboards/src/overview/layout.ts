import { alertAnnotation } from '../alerts.ts';
import { dashboard, line, stack, tiles, wide } from '../layout.ts';
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
          3,
          wide(8, panels.verdict),
          panels.failingPlaybooks,
          panels.silentPlaybooks,
          panels.stuckPlaybooks,
          panels.slowPlaybooks,
        ),
        line(8, panels.playbooks),
        line(7, wide(16, panels.firingAlerts), panels.successOverTime),
        line(
          8,
          panels.budgetOverTime,
          panels.startsComparedWithLastWeek,
          stack(10, tiles(4, panels.successRate, panels.budgetLeft), tiles(4, panels.dataAge, panels.workSaved)),
        ),
      ],
    },
    {
      title: 'Runs',
      lines: [line(8, panels.endsPerHour, panels.startsPerHour, panels.byStatusNow)],
    },
  ],
});
