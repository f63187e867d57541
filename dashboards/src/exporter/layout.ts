import { alertAnnotation } from '../alerts.ts';
import { dashboard, line } from '../layout.ts';
import { uids } from '../links.ts';
import { chosenOrNone, is } from '../promql.ts';
import { dataSourceVariable, workspaceVariable } from '../variables.ts';
import * as panels from './panels.ts';

/** What must be right for the numbers to be; below it, what tells why it isn't, folded in. */
export const exporter = dashboard({
  uid: uids.exporter,
  title: 'SecMaster / Exporter',
  description: 'Can I trust the numbers?',
  time: '6h',
  refresh: '1m',
  variables: [dataSourceVariable, workspaceVariable],
  annotations: [alertAnnotation({ area: is('exporter'), workspace: chosenOrNone('workspace') })],
  sections: [
    {
      lines: [
        line(4, panels.scraped, panels.failingWorkspaces, panels.dataAge, panels.incompleteWindows),
        line(4, panels.mismatches, panels.rejectedRows, panels.throttledRatio, panels.credentialsLeft),
        line(5, panels.workspaces),
        line(7, panels.firingAlerts, panels.lastFailures),
        line(7, panels.assumptions, panels.leases),
        line(8, panels.dataAgeOverTime, panels.pollFailures),
      ],
    },
    {
      title: 'Polls',
      folded: true,
      lines: [
        line(8, panels.pollAge, panels.pollDuration),
        line(8, panels.pollsPerHour, panels.credentialsLeftOverTime),
      ],
    },
    {
      title: 'SecMaster and IAM',
      folded: true,
      lines: [
        line(8, panels.requests, panels.throttledRequests),
        line(8, panels.requestsByOperation, panels.requestDuration),
      ],
    },
    {
      title: 'Ledger',
      folded: true,
      lines: [
        line(8, panels.ledgerSize, panels.auditsPerHour, panels.windowComplete),
        line(8, panels.rejectedRowsPerHour, panels.topologiesPerHour, panels.limitedValues),
        line(6, panels.ledgers),
      ],
    },
    {
      title: 'Process',
      folded: true,
      lines: [
        line(8, panels.samples, panels.scrapeDuration, panels.memory),
        line(8, panels.eventLoop, panels.cpu, panels.openFiles),
        line(5, panels.processes),
      ],
    },
  ],
});
