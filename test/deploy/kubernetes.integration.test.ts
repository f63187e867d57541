import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fixedCa } from '../support/http/test-certificates.ts';
import { problemsOf } from './configuration.ts';
import { type Manifest, manifestsOf, readKustomization, readManifests, typeErrors, validate } from './manifests.ts';

const root = join(import.meta.dirname, '..', '..', 'deploy', 'kubernetes');
const serviceMonitor = readManifests(join(root, 'replicas', 'monitoring', 'service-monitor.yaml'));

// biome-ignore lint/suspicious/noExplicitAny: a manifest's shape is what the first two tests are about.
type Any = any;
function read(folder: string, workload: 'StatefulSet' | 'Deployment') {
  const manifests = manifestsOf(folder);
  const all = (kind: string): Any[] => manifests.filter((manifest) => manifest.kind === kind);
  const only = (kind: string): Any => {
    const [one, ...more] = all(kind);
    if (one === undefined || more.length > 0) throw new Error(`${1 + more.length} of ${kind}`);
    return one;
  };
  const { spec } = only(workload);
  const [container] = spec.template.spec.containers;
  const mountPath = (name: string) =>
    container.volumeMounts.find((mount: { name: string }) => mount.name === name).mountPath;
  return { folder, manifests, all, only, spec, pod: spec.template.spec, container, mountPath };
}

const one = read(root, 'StatefulSet');
const several = read(join(root, 'replicas'), 'Deployment');
const both = [
  ['one process', one],
  ['several replicas', several],
] as const;

test.each([
  ['one process', one, ['Service', 'ServiceMonitor', 'StatefulSet']],
  ['several replicas', several, ['Deployment', 'PodDisruptionBudget', 'PodMonitor', 'Service']],
] as const)('%s: the kustomization has each kind of thing that the exporter needs', (_, { manifests }, kinds) => {
  const common = ['ConfigMap', 'Namespace', 'NetworkPolicy', 'PrometheusRule'];
  expect([...new Set(manifests.map(({ kind }) => kind))].sort()).toEqual([...common, ...kinds].sort());
});

test.each(
  [...new Set([...one.manifests, ...several.manifests, ...serviceMonitor])].map(
    (manifest) => [`${manifest.kind} ${manifest.metadata.name}`, manifest] as const,
  ),
)('%s is what its schema asks for', (_, manifest) => {
  expect(() => validate(manifest)).not.toThrow();
});

test('no manifest has a key or a word that Kubernetes does not know', async () => {
  expect(await typeErrors([...one.manifests, ...several.manifests, ...serviceMonitor])).toBe('');
});

test.each([
  ['key', { clusterIp: 'None' }, '\'"clusterIp"\' does not exist'],
  ['word', { type: 'Loadbalancer' }, '\'"Loadbalancer"\' is not assignable'],
])('a misspelt %s would be found', async (_, spec, message) => {
  expect(await typeErrors([{ ...one.only('Service'), spec } as Manifest])).toContain(message);
});

describe.each(both)('%s', (_, { folder, only, all, spec, pod, container, mountPath }) => {
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
    const { labels } = spec.template.metadata;
    const { metadata, spec: service } = only('Service');
    const [port] = container.ports;
    expect(spec.selector.matchLabels).toEqual(labels);
    expect(service.selector).toEqual(labels);
    for (const policy of all('NetworkPolicy')) expect(policy.spec.podSelector.matchLabels).toEqual(labels);
    expect(metadata.labels).toEqual(labels);
    expect(service.ports[0]).toMatchObject({ port: port.containerPort, targetPort: port.name });
    const [scrapes] = all('NetworkPolicy').filter((policy) => policy.spec.ingress !== undefined);
    expect(scrapes.spec.ingress[0].ports[0].port).toBe(port.name);
    for (const probe of [container.livenessProbe, container.readinessProbe]) expect(probe.httpGet.port).toBe(port.name);
    // SecMasterExporterDown finds the exporter by its job, which has the name of the Service or of the PodMonitor in it.
    expect(metadata.name).toContain('secmaster');
  });

  test('what is generated is what the pod mounts, and the configuration has no problems', async () => {
    const { configMapGenerator, secretGenerator, images } = readKustomization(join(folder, 'exporter'));
    const [config, ...secrets] = pod.volumes;
    expect(config.configMap.name).toBe(configMapGenerator[0].name);
    expect(secrets.map(({ secret }: Any) => secret.secretName)).toEqual(secretGenerator.map(({ name }: Any) => name));
    expect(container.image).toBe(images[0].name);
    expect(container.args).toEqual([`--config.file=${mountPath('config')}/${configMapGenerator[0].files[0]}`]);
    const contents: Readonly<Record<string, string>> = {
      'access-key/ak': 'ak-of-a-test\n',
      'access-key/sk': 'sk-of-a-test\n',
      'postgresql/url': 'postgresql://exporter@db.example.org/secmaster\n',
      'postgresql/password': 'password-of-a-test\n',
      'postgresql/ca.crt': fixedCa,
    };
    const files = secrets.flatMap(({ name }: Any, i: number) =>
      secretGenerator[i].files.map((file: string) => [`${mountPath(name)}/${file.split('/')[1]}`, contents[file]]),
    );
    expect(await problemsOf(join(folder, 'exporter', 'config.yml'), Object.fromEntries(files))).toEqual([]);
  });
});

test('one process writes the ledger, on a volume of its own', () => {
  const { spec, container, only } = one;
  expect(spec.replicas).toBe(1);
  expect(spec.volumeClaimTemplates).toHaveLength(1);
  expect(container.volumeMounts).toContainEqual({
    name: spec.volumeClaimTemplates[0].metadata.name,
    mountPath: '/data',
  });
  expect(spec.serviceName).toBe(only('Service').metadata.name);
  expect(only('ServiceMonitor').spec.selector.matchLabels).toEqual(only('Service').metadata.labels);
  expect(only('ServiceMonitor').spec.endpoints[0].port).toBe(only('Service').spec.ports[0].name);
});

describe('several replicas', () => {
  const { spec, pod, container, only, all } = several;
  const { labels } = spec.template.metadata;
  const seconds = (text: string) => Number(/^(\d+)s$/.exec(text)?.[1]);
  const [monitored] = only('PodMonitor').spec.podMetricsEndpoints;

  test('differ from one process in the ledger and in how a pod ends, and in nothing else', () => {
    const withoutMounts = ({ volumeMounts, lifecycle, ...rest }: Any) => rest;
    expect(withoutMounts(container)).toEqual(withoutMounts(one.container));
    expect(pod.securityContext).toEqual(one.pod.securityContext);
    const mounts = (of: typeof one) => of.container.volumeMounts.map(({ name }: Any) => name);
    expect(mounts(several)).toEqual(['config', 'access-key', 'postgresql']);
    expect(mounts(one)).toEqual(['ledger', 'config', 'access-key']);
  });

  test('keep nothing on disk', () => {
    expect(pod.volumes.every((volume: object) => 'configMap' in volume || 'secret' in volume)).toBe(true);
  });

  test('an update takes no replica away before the next one has been scraped twice, and lets each give its leases back', () => {
    expect(spec.replicas).toBe(2);
    expect(spec.strategy.rollingUpdate).toEqual({ maxUnavailable: 0, maxSurge: 1 });
    expect(spec.minReadySeconds).toBeGreaterThanOrEqual(2 * seconds(monitored.interval));
    const [, preStopSeconds] = container.lifecycle.preStop.exec.command;
    // A stop ends within seconds; a poll's last request may take poll.timeout, 10 s.
    expect(pod.terminationGracePeriodSeconds - Number(preStopSeconds)).toBeGreaterThanOrEqual(30);
  });

  test('are spread over machines and zones, and at most one is taken away on purpose', () => {
    expect(pod.topologySpreadConstraints.map(({ topologyKey }: Any) => topologyKey)).toEqual([
      'kubernetes.io/hostname',
      'topology.kubernetes.io/zone',
    ]);
    for (const { labelSelector } of pod.topologySpreadConstraints) expect(labelSelector.matchLabels).toEqual(labels);
    expect(only('PodDisruptionBudget').spec.maxUnavailable).toBeLessThan(spec.replicas);
    expect(only('PodDisruptionBudget').spec.selector.matchLabels).toEqual(labels);
  });

  test('may reach the database', () => {
    const ports = all('NetworkPolicy').flatMap((policy) => policy.spec.egress.flatMap(({ ports }: Any) => ports));
    expect(ports).toContainEqual({ port: 5432 });
  });

  test('are targets by pod, or the Service is the only one', () => {
    const [byService] = serviceMonitor as readonly Any[];
    const [endpoint] = byService.spec.endpoints;
    const { metadata, spec: service } = only('Service');
    const { namespace } = readKustomization(join(root, 'replicas', 'exporter'));
    const relabeling = (target: string) =>
      endpoint.relabelings.find(({ targetLabel }: Any) => targetLabel === target).replacement;
    expect(only('PodMonitor').spec.selector.matchLabels).toEqual(labels);
    expect(monitored.port).toBe(container.ports[0].name);
    expect(byService.spec.selector.matchLabels).toEqual(metadata.labels);
    expect(endpoint.port).toBe(service.ports[0].name);
    expect(relabeling('__address__')).toBe(`${metadata.name}.${namespace}.svc:${service.ports[0].port}`);
    expect(relabeling('instance')).toBe(metadata.name);
  });
});
