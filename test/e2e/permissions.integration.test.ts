import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { defaultIdToken, defaultWorkspace } from '../../src/simulator/defaults.ts';
import { eventually, startExporter, temporaryFolder } from '../support/process/processes.ts';
import { polledAgain, serve, writeConfig } from '../support/process/served.ts';
import { iamUser, startSimulator } from '../support/process/simulated.ts';

/** What docs/configuration.md says one sees without a permission is what one sees. */

const documented = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'configuration.md'), 'utf8');

/** As docs/configuration.md#permissions quotes a message: what the gateway says of itself varies. */
const quoted = (message: string) => message.replace(/(?<= 40[13]) APIGW\.\d+( \(Simulated fault\.\))?/, ' …');

async function forbidding(operation: string, change: (config: string) => string) {
  const simulated = await startSimulator({ historyMs: 600_000 });
  await simulated.addFault({ kind: 'status', status: 403, code: 'APIGW.0302', operation });
  const file = writeConfig(simulated, temporaryFolder());
  writeFileSync(file, change(readFileSync(file, 'utf8')));
  return { simulated, file };
}

const asIs = (config: string) => config;
const withoutIds = (config: string) => config.replaceAll(/ +(workspace_id|project_id): .*\n/g, '');
const withoutName = (config: string) => config.replace(/name: prod\n +/, '');
const withPassword = (config: string) => {
  const { SECMASTER_IAM_DOMAIN: domain, SECMASTER_IAM_USER: user, SECMASTER_IAM_PASSWORD: password } = iamUser;
  return config.replace(/ak_sk: \{.*?\}/, `password: ${JSON.stringify({ domain, user, password })}`);
};
const withIdToken = (config: string) => {
  const file = join(temporaryFolder(), 'id-token');
  writeFileSync(file, defaultIdToken.token);
  const oidc = { idp_id: defaultIdToken.idpId, id_token_file: file };
  return config.replace(/ak_sk: \{.*?\}/, `oidc: ${JSON.stringify(oidc)}`);
};

test.each<[string, string, (config: string) => string, string]>([
  [
    'the list of instances',
    'ListAopWorkflowInstance',
    asIs,
    'list_instances: 403 …: grant the policy "SecMaster ReadOnlyAccess" in this project; check project_id and workspace_id',
  ],
  [
    'the list of workspaces, where they are to be found',
    'ListWorkspaces',
    (config) => withoutName(withoutIds(config)),
    'list_workspaces: 403 …: grant the policy "SecMaster ReadOnlyAccess" in this project; check project_id and workspace_id',
  ],
  [
    'the list of projects',
    'KeystoneListProjects',
    (config) => withoutName(withoutIds(config)),
    'list_projects: 403 …: set project_id, or grant the permission iam:projects:list',
  ],
  [
    'a token by password',
    'KeystoneCreateUserTokenByPassword',
    withPassword,
    'create_token: 403 …: the IAM user has no access to this project: check user and project_id',
  ],
  [
    'a token by that of an identity provider',
    'CreateTokenWithIdToken',
    withIdToken,
    'create_oidc_token: 403 …: this identity has no access to this project: check project_id and the identity conversion rules of idp_id',
  ],
  [
    'temporary keys by that token',
    'CreateTemporaryAccessKeyByToken',
    withIdToken,
    'create_temporary_keys: 403 …: this identity may not obtain temporary keys: check which user groups the identity conversion rules of idp_id assign',
  ],
])('without %s: a poll that fails, with the message of the document', async (_, operation, change, message) => {
  const { file } = await forbidding(operation, change);
  const running = startExporter(['once', `--config.file=${file}`]);
  expect(await running.ended).toBe(1);
  const errors = running
    .stderr()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({ level }) => level === 'error')
    .map(({ error }) => quoted(error));
  expect(errors).toEqual([message]);
  expect(running.stdout()).toMatch(/^secmaster_up\{.*\} 0$/m);
  expect(documented).toContain(`\`${message}\``);
});

test('without the list of workspaces, where name and workspace_id are given: nothing is missing', async () => {
  const { file } = await forbidding('ListWorkspaces', asIs);
  const running = startExporter(['once', `--config.file=${file}`]);
  expect(await running.ended).toBe(0);
  expect(running.stdout()).toMatch(/^secmaster_up\{workspace="prod"\} 1$/m);
});

test('without the list of workspaces, where a name is to be found: the id is the label, and the log says why once', async () => {
  const { file } = await forbidding('ListWorkspaces', withoutName);
  const running = startExporter(['once', `--config.file=${file}`]);
  expect(await running.ended).toBe(0);
  expect(running.stdout()).toContain(`secmaster_up{workspace="${defaultWorkspace.id}"} 1`);
  const lines = running
    .stderr()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const told = lines.filter(({ level }) => level !== 'info');
  expect(told.map(({ level, msg }) => [level, msg])).toEqual([
    ['warn', 'ledger created; counters start now'],
    ['warn', 'workspace name not found; its id is its label'],
  ]);
  const message = quoted(told[1].error);
  expect(documented).toContain(`\`${told[1].msg}\`, with the error \`${message}\``);
});

test('without one instance: counts go on, and the log says once that nodes are not read', async () => {
  const { simulated, file } = await forbidding('ShowAopWorkflowInstance', asIs);
  const served = await serve([`--config.file=${file}`]);
  await polledAgain(served);
  const told = () => served.running.stderr().match(/^.*"failed nodes could not be read".*$/gm) ?? [];
  const turn = async () => {
    await polledAgain(served, await simulated.turn(10 * 60_000));
    return told().length > 0 ? true : undefined;
  };
  await eventually(turn, 'a failed run', served.running);
  await turn();
  expect(told()).toHaveLength(1);
  const { error } = JSON.parse(told()[0] ?? '');
  const message = quoted(error).replace(/….*/, '…');
  expect(message).toBe('show_instance: 403 …');
  expect(documented).toContain(`\`failed nodes could not be read\`, with the error \`${message}\``);
});
