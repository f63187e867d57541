import { globSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

// GitHub's parser imports JSON without saying that it is JSON, which Node.js refuses.
const hooks = registerHooks({
  load: (url, context, next) =>
    next(url, url.endsWith('.json') ? { ...context, importAttributes: { type: 'json' } } : context),
});
const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } = await import('@actions/workflow-parser');
hooks.deregister();

const root = join(import.meta.dirname, '..', '..');
const files = globSync('.github/workflows/*.yml', { cwd: root });
const read = (file: string) => readFileSync(join(root, file), 'utf8');

/** What GitHub's own parser says of a workflow: its keys, types and expressions. */
async function problemsOf(content: string): Promise<string[]> {
  const { context, value } = parseWorkflow({ name: 'workflow.yml', content }, new NoOperationTraceWriter());
  if (value !== undefined) await convertWorkflowTemplate(context, value);
  return context.errors.getErrors().map(({ message }) => message);
}

test('there is a workflow', () => expect(files).toEqual(['.github/workflows/tests.yml']));

test.each(files)('%s is valid', async (file) => {
  expect(await problemsOf(read(file))).toEqual([]);
});

describe('the parser refuses', () => {
  test.each([
    ['an unknown key', (text: string) => text.replace('timeout-minutes', 'timeout-minute'), /timeout-minute'/],
    ['an unknown event', (text: string) => text.replace('pull_request:', 'pull_requests:'), /pull_requests'/],
    ['an unknown context', (text: string) => text.replace('github.ref', 'gitlab.ref'), /gitlab'/],
    ['a job without a machine', (text: string) => text.replace('    runs-on: ubuntu-24.04\n', ''), /runs-on/],
  ])('%s', async (_, change, message) => {
    const text = read('.github/workflows/tests.yml');
    expect(change(text)).not.toBe(text);
    expect((await problemsOf(change(text))).join('\n')).toMatch(message);
  });
});

interface Workflow {
  readonly permissions: unknown;
  readonly jobs: Record<string, { readonly 'runs-on': string; readonly steps: readonly Step[] }>;
}

interface Step {
  readonly uses?: string;
  readonly run?: string;
}

const workflow = parse(read('.github/workflows/tests.yml')) as Workflow;
const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);

test('the workflow runs the two commands of README.md, and may only read', () => {
  expect(workflow.permissions).toEqual({ contents: 'read' });
  expect(steps.flatMap(({ run }) => run ?? [])).toEqual(['npm ci', 'npm test', '.ci/run']);
  expect(read('.ci/run')).toContain('\nnpm run test:all');
});

test('actions and machines are named with a version', () => {
  for (const { uses } of steps) if (uses !== undefined) expect(uses).toMatch(/^actions\/[\w-]+@v\d+$/);
  for (const job of Object.values(workflow.jobs)) expect(job['runs-on']).toMatch(/-\d+\.\d+$/);
});
