import type { z } from 'zod';
import { formatDuration } from './duration.ts';
import { formatPath, type Path, valueAt } from './problems.ts';

/** What no single value shows. Values that were refused are among `given`, so nothing is taken for granted. */
export function checkConsistency(given: unknown, context: z.RefinementCtx): void {
  checkRetention(given, context);
  checkUnique(given, 'name', context);
  checkUnique(given, 'workspace_id', context);
  checkNames(given, context);
}

/** An instance forgotten within the lookback would be met as a new one. */
function checkRetention(given: unknown, context: z.RefinementCtx): void {
  const lookbackMs = valueAt(given, ['poll', 'lookback']);
  const path = ['state', 'retention'];
  const retentionMs = valueAt(given, path);
  if (typeof lookbackMs !== 'number' || typeof retentionMs !== 'number' || retentionMs >= lookbackMs) return;
  refuse(context, path, `is shorter than poll.lookback; the least is ${formatDuration(lookbackMs)}`);
}

function checkUnique(given: unknown, key: string, context: z.RefinementCtx): void {
  const workspaces = valueAt(given, ['workspaces']);
  if (!Array.isArray(workspaces)) return;
  const owners = new Map<string, Path>();
  for (const index of workspaces.keys()) {
    const path = ['workspaces', index, key];
    const value = valueAt(given, path);
    if (typeof value !== 'string') continue;
    const owner = owners.get(value);
    if (owner === undefined) owners.set(value, path);
    else refuse(context, path, `is there already, as ${formatPath(owner)}`);
  }
}

/** One name can't be that of every workspace of a project. */
function checkNames(given: unknown, context: z.RefinementCtx): void {
  const workspaces = valueAt(given, ['workspaces']);
  if (!Array.isArray(workspaces)) return;
  for (const index of workspaces.keys()) {
    const path = ['workspaces', index, 'name'];
    if (valueAt(given, path) === undefined || valueAt(given, ['workspaces', index, 'workspace_id']) !== undefined)
      continue;
    refuse(
      context,
      path,
      'needs workspace_id beside it: without one every workspace of the project is polled by its own name',
    );
  }
}

function refuse(context: z.RefinementCtx, path: Path, message: string): void {
  context.addIssue({ code: 'custom', path: [...path], message, params: { isShown: true } });
}
