import { alertAnnotation } from '../alerts.ts';
import { dashboard } from '../layout.ts';
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
  annotation: alertAnnotation(['workspace']),
  sections: [
    {
      title: 'Trust',
      lines: [
        {
          height: 4,
          panels: [
            [panels.scraped, 6],
            [panels.failingWorkspaces, 6],
            [panels.dataAge, 6],
            [panels.incompleteWindows, 6],
          ],
        },
        {
          height: 4,
          panels: [
            [panels.mismatches, 6],
            [panels.rejectedRows, 6],
            [panels.throttledRatio, 6],
            [panels.credentialsLeft, 6],
          ],
        },
        { height: 7, panels: [[panels.workspaces, 24]] },
      ],
    },
    {
      title: 'Polls',
      lines: [
        {
          height: 8,
          panels: [
            [panels.dataAgeOverTime, 8],
            [panels.pollAge, 8],
            [panels.pollDuration, 8],
          ],
        },
        {
          height: 8,
          panels: [
            [panels.pollsPerHour, 8],
            [panels.pollFailures, 8],
            [panels.credentialsLeftOverTime, 8],
          ],
        },
      ],
    },
    {
      title: 'SecMaster and IAM',
      lines: [
        {
          height: 8,
          panels: [
            [panels.requests, 12],
            [panels.throttledRequests, 12],
          ],
        },
        {
          height: 8,
          panels: [
            [panels.requestsByOperation, 12],
            [panels.requestDuration, 12],
          ],
        },
      ],
    },
    {
      title: 'Ledger',
      lines: [
        {
          height: 8,
          panels: [
            [panels.ledgerSize, 8],
            [panels.auditsPerHour, 8],
            [panels.windowComplete, 8],
          ],
        },
        {
          height: 8,
          panels: [
            [panels.rejectedRowsPerHour, 12],
            [panels.limitedPlaybooks, 12],
          ],
        },
      ],
    },
    {
      title: 'Process',
      lines: [
        {
          height: 8,
          panels: [
            [panels.samples, 8],
            [panels.scrapeDuration, 8],
            [panels.memory, 8],
          ],
        },
        {
          height: 8,
          panels: [
            [panels.eventLoop, 8],
            [panels.cpu, 8],
            [panels.openFiles, 8],
          ],
        },
        {
          height: 5,
          panels: [
            [panels.processes, 12],
            [panels.reload, 6],
            [panels.sinceReload, 6],
          ],
        },
      ],
    },
  ],
});
