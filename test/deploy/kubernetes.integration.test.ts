import { join } from 'node:path';
import { expect, test } from 'vitest';
import { problemsOf } from './configuration.ts';
import { type Manifest, manifestsOf, readKustomization, typeErrors, validate } from './manifests.ts';

const folder = join(import.meta.dirname, '..', '..', 'deploy', 'kubernetes');
const manifests = manifestsOf(folder);

// biome-ignore lint/suspicious/noExplicitAny: a manifest's shape is what the first two tests are about.
const only = (kind: string): any => manifests.find((manifest) => manifest.kind === kind);
const { spec: stateful } = only('StatefulSet');
const { spec: pod, metadata: podMetadata } = stateful.template;
const [container] = pod.containers;

test('the kustomization has each kind of thing that the exporter needs', () => {
  const kinds = new Set(manifests.map(({ kind }) => kind));
  expect([...kinds].sort()).toEqual([
    'ConfigMap',
    'Namespace',
    'NetworkPolicy',
    'PrometheusRule',
    'Service',
    'ServiceMonitor',
    'StatefulSet',
  ]);
});

test.each(manifests.map((manifest) => [`${manifest.kind} ${manifest.metadata.name}`, manifest] as const))(
  '%s is what its schema asks for',
  (_, manifest) => {
    expect(() => validate(manifest)).not.toThrow();
  },
);

test('no manifest has a key or a word that Kubernetes does not know', async () => {
  expect(await typeErrors(manifests)).toBe('');
});

test.each([
  ['key', { clusterIp: 'None' }, '\'"clusterIp"\' does not exist'],
  ['word', { type: 'Loadbalancer' }, '\'"Loadbalancer"\' is not assignable'],
])('a misspelt %s would be found', async (_, spec, message) => {
  expect(await typeErrors([{ ...only('Service'), spec } as Manifest])).toContain(message);
});

test('one process writes the ledger, on a volume of its own', () => {
  expect(stateful.replicas).toBe(1);
  expect(stateful.volumeClaimTemplates).toHaveLength(1);
  expect(container.volumeMounts).toContainEqual({
    name: stateful.volumeClaimTemplates[0].metadata.name,
    mountPath: '/data',
  });
});

test('the pod is restricted as the namespace demands', () => {
  expect(only('Namespace').metadata.labels['pod-security.kubernetes.io/enforce']).toBe('restricted');
  expect(pod.securityContext).toMatchObject({
    runAsNonRoot: true,
    runAsUser: 65532,
    fsGroup: 65532,
    seccompProfile: { type: 'RuntimeDefault' },
  });
  expect(container.securityContext).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
  expect(pod.automountServiceAccountToken).toBe(false);
});

test('names, labels and ports agree', () => {
  const labels = podMetadata.labels;
  const { metadata, spec: service } = only('Service');
  const [port] = container.ports;
  expect(stateful.selector.matchLabels).toEqual(labels);
  expect(service.selector).toEqual(labels);
  expect(only('NetworkPolicy').spec.podSelector.matchLabels).toEqual(labels);
  expect(only('ServiceMonitor').spec.selector.matchLabels).toEqual(metadata.labels);
  expect(stateful.serviceName).toBe(metadata.name);
  expect(service.ports[0]).toMatchObject({ port: port.containerPort, targetPort: port.name });
  expect(only('ServiceMonitor').spec.endpoints[0].port).toBe(service.ports[0].name);
  expect(only('NetworkPolicy').spec.ingress[0].ports[0].port).toBe(port.name);
  for (const probe of [container.livenessProbe, container.readinessProbe]) expect(probe.httpGet.port).toBe(port.name);
  // SecMasterExporterDown finds the exporter by its job, which is the Service's name.
  expect(metadata.name).toContain('secmaster');
});

test('what is generated is what the pod mounts, and the configuration has no problems', async () => {
  const { configMapGenerator, secretGenerator, images } = readKustomization(join(folder, 'exporter'));
  const mountPath = (name: string) =>
    container.volumeMounts.find((mount: { name: string }) => mount.name === name).mountPath;
  const [config, accessKey] = pod.volumes;
  expect(config.configMap.name).toBe(configMapGenerator[0].name);
  expect(accessKey.secret.secretName).toBe(secretGenerator[0].name);
  expect(container.image).toBe(images[0].name);
  expect(container.args).toEqual([`--config.file=${mountPath('config')}/${configMapGenerator[0].files[0]}`]);
  expect(await problemsOf(join(folder, 'exporter', 'config.yml'), mountPath('access-key'))).toEqual([]);
});
