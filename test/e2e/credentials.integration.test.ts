import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { defaultAccessKey, defaultIdToken, defaultProject, defaultWorkspace } from '../../src/simulator/defaults.ts';
import { listen } from '../../src/simulator/listen.ts';
import { createSimulator } from '../../src/simulator/simulator.ts';
import { sampleValue } from '../support/metrics/exposition.ts';
import { eventually, startExporter, temporaryFolder } from '../support/process/processes.ts';
import { serve } from '../support/process/served.ts';
import { accessKey, environmentOf, startSimulator } from '../support/process/simulated.ts';

const profile = `[basic]\nak = ${defaultAccessKey.ak}\nsk = ${defaultAccessKey.sk}\n`;

test.each<[string, Record<string, string>, boolean, number | undefined]>([
  ['environment', accessKey, true, undefined],
  ['profile', {}, true, undefined],
  ['metadata', {}, false, 24 * 3_600],
])(
  'where nothing is configured: environment, profile, metadata; here %s',
  async (from, keys, hasProfile, lifeSeconds) => {
    const simulator = createSimulator({ clock: systemClock });
    const { url, close } = await listen(simulator, '127.0.0.1', 0);
    onTestFinished(close);
    const home = temporaryFolder();
    if (hasProfile) {
      mkdirSync(join(home, '.huaweicloud'));
      writeFileSync(join(home, '.huaweicloud', 'credentials'), profile);
    }
    const running = startExporter(['once'], {
      ...environmentOf(url),
      ...keys,
      HOME: home,
      SECMASTER_METADATA_ENDPOINT: url,
      SECMASTER_STATE_PATH: ':memory:',
    });
    expect(await running.ended, running.stderr()).toBe(0);
    expect(running.stderr()).toContain(`"from":"${from}"`);
    const expiry = sampleValue(running.stdout(), 'secmaster_exporter_credentials_expiry_timestamp_seconds');
    if (lifeSeconds === undefined) expect(expiry).toBeUndefined();
    else expect(Math.abs((expiry ?? 0) - Date.now() / 1000 - lifeSeconds)).toBeLessThan(60);
    expect(simulator.requests.count('GetSecurityKey')).toBe(from === 'metadata' ? 1 : 0);
  },
);

test('a token of an identity provider is enough: `once` counts, `check --online` says what is wrong with it', async () => {
  const simulator = createSimulator({ clock: systemClock });
  const { url, close } = await listen(simulator, '127.0.0.1', 0);
  onTestFinished(close);
  const file = join(temporaryFolder(), 'id-token');
  writeFileSync(file, `${defaultIdToken.token}\n`);
  const environment = {
    ...environmentOf(url),
    HUAWEICLOUD_SDK_IDP_ID: defaultIdToken.idpId,
    HUAWEICLOUD_SDK_ID_TOKEN_FILE: file,
    SECMASTER_STATE_PATH: ':memory:',
  };
  const once = startExporter(['once'], environment);
  expect(await once.ended, once.stderr()).toBe(0);
  expect(sampleValue(once.stdout(), 'secmaster_up', { workspace: defaultWorkspace.name })).toBe(1);
  const expiry = sampleValue(once.stdout(), 'secmaster_exporter_credentials_expiry_timestamp_seconds') ?? 0;
  expect(Math.abs(expiry - Date.now() / 1000 - 6 * 3_600)).toBeLessThan(60);
  const { CreateTokenWithIdToken: tokens, CreateTemporaryAccessKeyByToken: keys } =
    simulator.requests.countsByOperation();
  expect([tokens, keys]).toEqual([1, 1]);

  const good = startExporter(['check', '--online'], environment);
  expect(await good.ended, good.stdout()).toBe(0);
  writeFileSync(file, 'S3CRET.OF.ANOTHER');
  const bad = startExporter(['check', '--online'], environment);
  expect(await bad.ended).toBe(1);
  expect(bad.stdout()).toContain('create_oidc_token: 401 401 (The ID token is invalid.): IAM refused the token');
  for (const { stdout, stderr } of [once, good, bad])
    expect(stdout() + stderr()).not.toMatch(new RegExp(`S3CRET|${defaultIdToken.token}`));
}, 60_000);

test('a region and a key are enough: the project and its workspaces are found', async () => {
  const simulator = createSimulator({ clock: systemClock });
  simulator.directory.addWorkspace(defaultProject.id, { id: '5ec3a57e-0000-4000-8000-0000000000bb', name: 'second' });
  const { url, close } = await listen(simulator, '127.0.0.1', 0);
  onTestFinished(close);
  const running = startExporter(['once'], {
    ...accessKey,
    SECMASTER_REGION: defaultProject.name,
    SECMASTER_ENDPOINT: url,
    SECMASTER_IAM_ENDPOINT: url,
    SECMASTER_STATE_PATH: ':memory:',
  });
  expect(await running.ended, running.stderr()).toBe(0);
  for (const workspace of [defaultWorkspace.name, 'second'])
    expect(sampleValue(running.stdout(), 'secmaster_up', { workspace })).toBe(1);
  expect(running.stdout().match(/^secmaster_up\{/gm)).toHaveLength(2);
  expect(simulator.requests.count('KeystoneListProjects')).toBe(1);
});

test('a region that has no project is told, and once exits with 1', async () => {
  const simulator = createSimulator({ clock: systemClock });
  const { url, close } = await listen(simulator, '127.0.0.1', 0);
  onTestFinished(close);
  const running = startExporter(['once'], {
    ...accessKey,
    SECMASTER_REGION: 'cn-north-4',
    SECMASTER_ENDPOINT: url,
    SECMASTER_IAM_ENDPOINT: url,
    SECMASTER_STATE_PATH: ':memory:',
  });
  expect(await running.ended).toBe(1);
  expect(running.stderr()).toContain('IAM lists no project named cn-north-4 for these credentials: set project_id');
  expect(sampleValue(running.stdout(), 'secmaster_up', { workspace: 'cn-north-4' })).toBe(0);
});

test('secrets of the environment in files are read again when they change, without a reload', async () => {
  const simulated = await startSimulator({ historyMs: 600_000 });
  const folder = temporaryFolder();
  const [ak, sk] = [join(folder, 'ak'), join(folder, 'sk')];
  writeFileSync(ak, `${defaultAccessKey.ak}\n`);
  writeFileSync(sk, 'NOT-YET-THE-KEY\n');
  const { get, running } = await serve([], {
    ...environmentOf(simulated.url),
    HUAWEICLOUD_SDK_AK_FILE: ak,
    HUAWEICLOUD_SDK_SK_FILE: sk,
    SECMASTER_STATE_PATH: ':memory:',
    SECMASTER_POLL_SCHEDULE: '* * * * * *',
  });
  const isUp = async (value: number) =>
    sampleValue(await get('/metrics'), 'secmaster_up') === value ? true : undefined;
  await eventually(() => isUp(0), 'a refusal', running);
  writeFileSync(sk, `${defaultAccessKey.sk}\n`);
  await eventually(() => isUp(1), 'a poll with the new key', running);
  expect((await simulated.requests()).refused).toBeLessThanOrEqual(2);
  expect(running.stderr()).not.toMatch(new RegExp(`NOT-YET-THE-KEY|${defaultAccessKey.sk}`));
});
