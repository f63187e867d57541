import { alertAnnotation } from '../alerts.ts';
import { dashboard, line } from '../layout.ts';
import { uids } from '../links.ts';
import { dataSourceVariable, workspaceVariable } from '../variables.ts';
import * as panels from './panels.ts';

export const exporter = dashboard({
  uid: uids.exporter,
  title: 'SecMaster / Exporter',
  description: 'Can I trust the numbers?',
  time: '6h',
  refresh: '1m',
  variables: [dataSourceVariable, workspaceVariable],
  annotations: [alertAnnotation(['workspace'])],
  sections: [
    {
      title: 'Trust',
      lines: [
        line(4, panels.scraped, panels.failingWorkspaces, panels.dataAge, panels.incompleteWindows),
        line(4, panels.mismatches, panels.rejectedRows, panels.throttledRatio, panels.credentialsLeft),
        line(7, panels.workspaces),
      ],
    },
    {
      title: 'Polls',
      lines: [
        line(8, panels.dataAgeOverTime, panels.pollAge, panels.pollDuration),
        line(8, panels.pollsPerHour, panels.pollFailures, panels.credentialsLeftOverTime),
      ],
    },
    {
      title: 'SecMaster and IAM',
      lines: [
        line(8, panels.requests, panels.throttledRequests),
        line(8, panels.requestsByOperation, panels.requestDuration),
      ],
    },
    {
      title: 'Ledger',
      lines: [
        line(8, panels.ledgerSize, panels.auditsPerHour, panels.windowComplete),
        line(8, panels.rejectedRowsPerHour, panels.topologiesPerHour, panels.limitedValues, panels.assumptions),
      ],
    },
    {
      title: 'Process',
      lines: [
        line(8, panels.samples, panels.scrapeDuration, panels.memory),
        line(8, panels.eventLoop, panels.cpu, panels.openFiles),
        line(5, panels.processes, panels.leases, panels.reload, panels.sinceReload),
      ],
    },
  ],
});
