import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { accessKeyIn, problemsOf } from './configuration.ts';

const folder = join(import.meta.dirname, '..', '..', 'deploy', 'systemd');
const handedOver = '/run/credentials/secmaster-exporter.service';
const text = readFileSync(join(folder, 'secmaster-exporter.service'), 'utf8');
test('the example configuration has no problems and reads the keys that the unit hands over', async () => {
  expect(text).toContain('LoadCredential=ak:/etc/secmaster-exporter/ak\n');
  expect(text).toContain('LoadCredential=sk:/etc/secmaster-exporter/sk\n');
  expect(await problemsOf(join(folder, 'config.yml'), accessKeyIn(handedOver))).toEqual([]);
});
