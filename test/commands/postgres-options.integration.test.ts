import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { postgresOptions } from '../../src/commands/postgres-options.ts';
import { scrub } from '../../src/model/known-secrets.ts';
import { Secret } from '../../src/model/secret.ts';
import { temporaryFolder } from '../support/process/processes.ts';

test('password and CA are read whenever they are asked for, and the password is kept out of the log', async () => {
  const folder = temporaryFolder();
  const [path, caFile] = [join(folder, 'password'), join(folder, 'ca.pem')];
  const url = new Secret('postgresql://exporter@db/secmaster', []);
  const given = { url, urlFile: null, passwordFile: { path, form: 'password' } as const, caFile };
  const { password, ca } = postgresOptions(given);
  for (const content of ['open sesame 1', 'open sesame 2']) {
    writeFileSync(path, `${content}\n`);
    writeFileSync(caFile, `${content} PEM`);
    expect([await password?.(), await ca?.()]).toEqual([content, `${content} PEM`]);
    expect(scrub(`refused: ${content}`)).toBe('refused: <secret>');
  }
  writeFileSync(path, '');
  await expect(password?.()).rejects.toThrow('state.password_file: the file is empty');
  const named = postgresOptions({ ...given, caFile: '/nowhere' }, { passwordFile: '--to.x', caFile: '--to.ca-file' });
  await expect(named.ca?.()).rejects.toThrow('--to.ca-file: no such file');
});
