import { expect, test } from 'vitest';
import { workspace } from '../../../src/metrics/families.ts';
import { linesOf } from '../../support/metrics/exposition.ts';
import { report } from '../../support/metrics/report.ts';

test('what the values of the label workspace stand for, also before anything is known of it', async () => {
  const ids = { workspaceId: 'w-1', projectId: 'p-1', region: 'eu-west-101' };
  expect(await linesOf(workspace.info, report({ ...ids, workspaceName: 'SOC', snapshot: null }))).toEqual([
    'secmaster_workspace_info{workspace="prod",workspace_id="w-1",workspace_name="SOC",project_id="p-1",region="eu-west-101"} 1',
  ]);
});

test('a name that nobody has looked up is empty', async () => {
  const [line] = await linesOf(workspace.info, report({ workspaceName: null }));
  expect(line).toContain('workspace_name=""');
});
