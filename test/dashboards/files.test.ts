import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { dashboards, generatedFiles } from '../../dashboards/src/files.ts';
import { folder, loadDashboards, panelsOf } from './asked.ts';

const read = (path: string) => readFileSync(join(folder, path), 'utf8');

test.each([...generatedFiles()])('%s is what the sources say; after a change: npm run dashboards', (path, text) => {
  expect(read(path)).toBe(text);
});

test.each(['README.md', 'docs/dashboards.md'])('%s names the schema version', (file) => {
  const text = readFileSync(join(folder, '..', file), 'utf8').replaceAll('\n', ' ');
  for (const { schemaVersion } of loadDashboards()) expect(text).toContain(`version ${schemaVersion}`);
});

test('a ConfigMap holds each dashboard as it is, small enough for kubectl apply', () => {
  const maps = parseAllDocuments(read('kubernetes/configmaps.yaml')).map((document) => document.toJS());
  expect(maps.map(({ metadata }) => metadata.name)).toEqual([
    'secmaster-dashboard-overview',
    'secmaster-dashboard-playbook',
    'secmaster-dashboard-exporter',
  ]);
  for (const { kind, metadata, data } of maps) {
    const name = metadata.name.replace('secmaster-dashboard-', '');
    expect(kind).toBe('ConfigMap');
    expect(metadata.labels.grafana_dashboard).toBe('1');
    expect(data).toEqual({ [`secmaster-${name}.json`]: read(`${name}.json`) });
    expect(JSON.stringify(data).length).toBeLessThan(256 * 1024);
  }
});

test.each(Object.keys(dashboards))('grafana.com is given %s in a form that asks for the data source', (name) => {
  const text = read(`grafana.com/${name}.json`);
  const { __inputs, __requires, id, uid, panels, templating } = JSON.parse(text);
  expect(__inputs).toEqual([
    expect.objectContaining({ name: 'DS_PROMETHEUS', type: 'datasource', pluginId: 'prometheus' }),
  ]);
  const provisioned = JSON.parse(read(`${name}.json`));
  expect({ id, uid, panels: panels.length }).toEqual({
    id: null,
    uid: provisioned.uid,
    panels: provisioned.panels.length,
  });
  const kinds = new Set(panelsOf(provisioned).map(({ type }) => type));
  expect(__requires.flatMap(({ type, id }: { type: string; id: string }) => (type === 'panel' ? [id] : []))).toEqual(
    [...kinds].sort(),
  );
  for (const { name } of __requires) expect(name).toMatch(/^[A-Z]/);
  // Whatever names a data source, names the one that was asked for.
  expect([...new Set(text.match(/\$\{(DS_\w+|datasource)\b/gi))]).toEqual([`\${DS_PROMETHEUS`]);
  expect(templating.list.map(({ name }: { name: string }) => name)).not.toContain('datasource');
});

test('Grafana is provisioned with a Prometheus that has exemplars and our interval, and with a folder', () => {
  const { datasources } = parse(read('provisioning/datasources/prometheus.yaml'));
  expect(datasources).toEqual([
    expect.objectContaining({
      type: 'prometheus',
      access: 'proxy',
      jsonData: expect.objectContaining({ timeInterval: '30s' }),
    }),
  ]);
  const { providers } = parse(read('provisioning/dashboards/secmaster.yaml'));
  expect(providers).toEqual([
    expect.objectContaining({
      folder: 'SecMaster',
      type: 'file',
      options: expect.objectContaining({ path: expect.any(String) }),
    }),
  ]);
});

test('the sources know nothing of the exporter but its families', () => {
  const ours = globSync('src/**/*.ts', { cwd: folder })
    .flatMap((file) => [...read(file).matchAll(/from '(\.[^']*)'/g)].map(([, path = '']) => join(file, '..', path)))
    .filter((path) => !path.startsWith('src/'));
  const allowed = ['../src/metrics/families.ts', '../src/model/extra-labels.ts'];
  expect(new Set(ours)).toEqual(new Set(allowed));
});
