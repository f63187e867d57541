import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { type Loaded, loadConfig } from '../../src/config/load.ts';
import { formatProblem } from '../../src/config/problems.ts';
import type { Environment } from '../../src/config/variables.ts';

export function loadFile(path: string, environment: Environment = {}): Promise<Loaded> {
  return loadConfig({ configFile: path, environment });
}

export function loadText(text: string | Uint8Array, environment: Environment = {}): Promise<Loaded> {
  return loadFile(writeFile('config.yml', text), environment);
}

export function loadEnvironment(environment: Environment): Promise<Loaded> {
  return loadConfig({ configFile: null, environment });
}

/** Problems as a user sees them, with the file named config.yml whatever its folder. */
export function problemsOf(loaded: Loaded): string[] {
  if (!('problems' in loaded)) throw new Error('the configuration has no problem');
  return loaded.problems.map((problem) => formatProblem({ ...problem, file: problem.file && 'config.yml' }));
}

export function configOf(loaded: Loaded): Config {
  if ('config' in loaded) return loaded.config;
  throw new Error(problemsOf(loaded).join('\n'));
}

export function writeFile(name: string, content: string | Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), 'secmaster-exporter-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** The smallest file there is, in two parts. */
export const workspace = `workspaces:
  - name: prod
    region: eu-west-101
    project_id: 0123456789abcdef0123456789abcdef
    workspace_id: 11111111-2222-3333-4444-555555555555
`;
export const credentials = `    credentials:
      ak_sk: { ak: AKTEST, sk: SKTEST }
`;
export const complete = workspace + credentials;
