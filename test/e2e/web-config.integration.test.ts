import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startExporter, temporaryFolder } from '../support/process/processes.ts';

test('a bad web configuration: said with its line, and the exit code', async () => {
  const file = join(temporaryFolder(), 'web.yml');
  writeFileSync(file, 'basic_auth_users:\n  prometheus: hunter2\n');
  for (const command of ['demo', 'check']) {
    const running = startExporter([command, `--web.config.file=${file}`], {
      SECMASTER_REGION: 'eu-west-101',
      HUAWEICLOUD_SDK_AK: 'AK',
      HUAWEICLOUD_SDK_SK: 'SK',
    });
    expect(await running.ended).toBe(1);
    expect(running.stderr()).toMatch(/web\.yml:2: basic_auth_users\.prometheus: is not a bcrypt hash/);
    expect(running.stderr()).not.toContain('hunter2');
  }
});
