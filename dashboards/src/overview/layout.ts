import { alertAnnotation } from '../alerts.ts';
import { dashboard } from '../layout.ts';
import { uids } from '../links.ts';
import { dataSourceVariable, workspaceVariable } from '../variables.ts';
import * as panels from './panels.ts';

/** What matters stands in the first two lines, large enough for a wall. */
export const overview = dashboard({
  uid: uids.overview,
  title: 'SecMaster / Overview',
  description: "Is the SOC's automation working?",
  time: '24h',
  refresh: '1m',
  variables: [dataSourceVariable, workspaceVariable],
  annotation: alertAnnotation(['workspace']),
  sections: [
    {
      title: 'Now',
      lines: [
        {
          height: 4,
          panels: [
            [panels.failingPlaybooks, 6],
            [panels.stuckPlaybooks, 6],
            [panels.silentPlaybooks, 6],
            [panels.alerts, 6],
          ],
        },
        {
          height: 4,
          panels: [
            [panels.successRatio, 6],
            [panels.budgetLeft, 6],
            [panels.openNow, 6],
            [panels.dataAge, 6],
          ],
        },
      ],
    },
    {
      title: 'Runs',
      lines: [
        {
          height: 8,
          panels: [
            [panels.endsPerHour, 10],
            [panels.startsPerHour, 8],
            [panels.byStatusNow, 6],
          ],
        },
      ],
    },
    {
      title: 'Where to look',
      lines: [
        { height: 11, panels: [[panels.worstPlaybooks, 24]] },
        { height: 8, panels: [[panels.firingAlerts, 24]] },
      ],
    },
  ],
});
