/** The Kubernetes manifests that a kustomization names, and what Kubernetes' own schemas say of them. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PodMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PodMonitor';
import { PrometheusRule } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule';
import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { StatefulSet } from 'kubernetes-models/apps/v1/StatefulSet';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { Namespace } from 'kubernetes-models/v1/Namespace';
import { Service } from 'kubernetes-models/v1/Service';
import { parse, parseAllDocuments } from 'yaml';

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
}

const root = join(import.meta.dirname, '..', '..');
const operatorModels = { PodMonitor, PrometheusRule, ServiceMonitor };
const models = {
  ...operatorModels,
  ConfigMap,
  Deployment,
  Namespace,
  NetworkPolicy,
  PodDisruptionBudget,
  Service,
  StatefulSet,
};

export function readKustomization(folder: string) {
  return parse(readFileSync(join(folder, 'kustomization.yaml'), 'utf8'));
}

/** Of the folder's kustomization and of those that it names. */
export function manifestsOf(folder: string): readonly Manifest[] {
  return readKustomization(folder).resources.flatMap((resource: string): readonly Manifest[] => {
    const path = join(folder, resource);
    return existsSync(join(path, 'kustomization.yaml')) ? manifestsOf(path) : readManifests(path);
  });
}

export function readManifests(path: string): readonly Manifest[] {
  return parseAllDocuments(readFileSync(path, 'utf8')).map((document) => document.toJS());
}

/** Formats, limits and missing keys. @throws where the schema refuses the manifest */
export function validate(manifest: Manifest): void {
  const Model = models[manifest.kind as keyof typeof models];
  new Model(manifest as never).validate();
}

/** Keys and words that Kubernetes doesn't know: the schemas let them pass, the types don't. @returns tsc's messages */
export async function typeErrors(manifests: readonly Manifest[]): Promise<string> {
  // Within node_modules, from where the types are found.
  const folder = mkdtempSync(join(root, 'node_modules', '.manifests-'));
  try {
    const lines = manifests.map((manifest) => {
      const { apiVersion, kind } = manifest;
      const model = kind in operatorModels ? '@kubernetes-models/prometheus-operator' : 'kubernetes-models';
      return `(${JSON.stringify(manifest)}) satisfies import('${model}/${apiVersion}/${kind}').I${kind};`;
    });
    writeFileSync(join(folder, 'manifests.ts'), `export {};\n${lines.join('\n')}\n`);
    const compilerOptions = { strict: true, noEmit: true, skipLibCheck: true, module: 'nodenext', types: [] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
    const tsc = join(root, 'node_modules', '.bin', 'tsc');
    return await promisify(execFile)(tsc, ['-p', folder]).then(
      ({ stdout }) => stdout,
      ({ stdout }) => stdout,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
