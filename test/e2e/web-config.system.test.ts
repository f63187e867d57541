import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashSync } from 'bcryptjs';
import { expect, test } from 'vitest';
import { startPrometheus } from '../support/alert/prometheus.ts';
import { createCertificates } from '../support/http/certificates.ts';
import { eventually, portOf, startExporter, temporaryFolder } from '../support/process/processes.ts';

test('a real Prometheus scrapes over TLS with a password, and nobody else reads anything', async () => {
  const folder = temporaryFolder();
  createCertificates(folder).make('server');
  const hash = hashSync('scraped', 6);
  const file = join(folder, 'web.yml');
  writeFileSync(
    file,
    `tls_server_config: { cert_file: server.crt, key_file: server.key }\nbasic_auth_users: { prometheus: "${hash}" }\n`,
  );
  const running = startExporter(['demo', '--web.listen-address=127.0.0.1:0', `--web.config.file=${file}`]);
  const port = await portOf(running);
  const prometheus = await startPrometheus([`127.0.0.1:${port}`], [], {
    scheme: 'https',
    tls_config: { ca_file: join(folder, 'ca.crt') },
    basic_auth: { username: 'prometheus', password: 'scraped' },
  });
  const isUp = async () => ((await prometheus.instant('up')).some(({ values }) => values[0] === 1) ? true : undefined);
  await eventually(isUp, 'a scrape', prometheus.running);
  await expect(fetch(`http://127.0.0.1:${port}/metrics`)).rejects.toThrow();
  for (const secret of [hash, 'scraped', 'PRIVATE KEY'])
    expect(running.stderr() + running.stdout()).not.toContain(secret);
}, 60_000);
