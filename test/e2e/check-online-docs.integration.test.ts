import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eventually, startExporter, temporaryFolder } from '../support/process/processes.ts';

const markdown = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'troubleshooting.md'), 'utf8');
const blocks = [...markdown.matchAll(/^`--behaviour=([\w-]+)`.*?^```text\n(.*?)^```/gms)].map(
  ([, behaviour = '', output = '']) => ({ behaviour, output }),
);

test('the document shows six SecMasters', () => {
  expect(new Set(blocks.map(({ behaviour }) => behaviour)).size).toBe(6);
});

/** How many there are depends on the time of day. */
const withoutNumber = (output: string) => output.replaceAll(/\d+ (instances|playbooks) can/g, 'N $1 can');

test.each(blocks)('$behaviour: check --online prints what the document shows', async ({ behaviour, output }) => {
  const simulating = startExporter(['simulate', `--behaviour=${behaviour}`, '--listen-address=127.0.0.1:0']);
  const printed = await eventually(
    () => (simulating.stdout().includes('SECMASTER_IAM_ENDPOINT') ? simulating.stdout() : undefined),
    'simulating',
    simulating,
  );
  const variable = (name: string) => new RegExp(`^export ${name}=(.*)$`, 'm').exec(printed)?.[1];
  const file = join(temporaryFolder(), 'config.yml');
  const workspace = {
    region: variable('SECMASTER_REGION'),
    project_id: variable('HUAWEICLOUD_SDK_PROJECT_ID'),
    workspace_id: variable('SECMASTER_WORKSPACE_ID'),
    endpoint: variable('SECMASTER_ENDPOINT'),
    iam_endpoint: variable('SECMASTER_IAM_ENDPOINT'),
    credentials: { ak_sk: { ak: variable('HUAWEICLOUD_SDK_AK'), sk: variable('HUAWEICLOUD_SDK_SK') } },
  };
  writeFileSync(file, JSON.stringify({ poll: { rate_limit: 200, timeout: '1m' }, workspaces: [workspace] }));
  const checking = startExporter(['check', '--online', `--config.file=${file}`, '--log.level=error']);
  expect(await checking.ended, checking.stdout()).toBe(0);
  const [first = '', ...lines] = checking.stdout().split('\n');
  expect(first).toMatch(/config\.yml: 1 workspace, no problems$/);
  expect(withoutNumber(lines.join('\n'))).toBe(withoutNumber(output));
});
