import { expect, test } from 'vitest';
import { playbook } from '../../../src/metrics/families.ts';
import { linesOf } from '../../support/metrics/exposition.ts';
import { withSnapshot } from '../../support/metrics/report.ts';

test('what the values of the label playbook stand for', async () => {
  const playbooks = [{ playbookId: '3e96', name: 'Isolate host', label: 'Isolate host (3e96)', dataclass: 'Alert' }];
  expect(await linesOf(playbook.info, withSnapshot({ playbooks }))).toEqual([
    'secmaster_playbook_info{workspace="prod",playbook="Isolate host (3e96)",playbook_id="3e96",playbook_name="Isolate host",dataclass="Alert"} 1',
  ]);
});
