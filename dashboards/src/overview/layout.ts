import { alertAnnotation } from '../alerts.ts';
import { dashboard, line } from '../layout.ts';
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
  annotations: [alertAnnotation(['workspace'])],
  sections: [
    {
      title: 'Now',
      lines: [
        line(4, panels.failingPlaybooks, panels.stuckPlaybooks, panels.silentPlaybooks, panels.alerts),
        line(4, panels.successRate, panels.budgetLeft, panels.openNow, panels.dataAge),
      ],
    },
    {
      title: 'Runs',
      lines: [line(8, panels.endsPerHour, panels.startsPerHour, panels.byStatusNow)],
    },
    {
      title: 'Where to look',
      lines: [line(11, panels.worstPlaybooks), line(8, panels.firingAlerts)],
    },
  ],
});
