import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { defaultAccessKey } from '../../src/simulator/defaults.ts';
import { listen } from '../../src/simulator/listen.ts';
import { createSimulator } from '../../src/simulator/simulator.ts';
import { sampleValue } from '../support/exposition.ts';
import { startExporter, temporaryFolder } from '../support/processes.ts';
import { accessKey, environmentOf } from '../support/simulated.ts';

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
