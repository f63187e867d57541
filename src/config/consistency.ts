import type { z } from 'zod';
import { formatDuration } from './duration.ts';
import { formatPath, type Path, valueAt } from './problems.ts';

/** Checks between values. `given` includes refused values, so it may contain anything. */
export function checkConsistency(given: unknown, context: z.RefinementCtx): void {
  checkRetention(given, context);
  checkUnique(given, 'name', context);
  checkUnique(given, 'workspace_id', context);
  checkNames(given, context);
}

/** An instance pruned within the lookback would count as a new one. */
function checkRetention(given: unknown, context: z.RefinementCtx): void {
  const lookbackMs = valueAt(given, ['poll', 'lookback']);
  const path = ['state', 'retention'];
  const retentionMs = valueAt(given, path);
  if (typeof lookbackMs !== 'number' || typeof retentionMs !== 'number' || retentionMs >= lookbackMs) return;
  refuse(context, path, `is shorter than poll.lookback; the minimum is ${formatDuration(lookbackMs)}`);
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
    else refuse(context, path, `is a duplicate of ${formatPath(owner)}`);
  }
}

/** Without workspace_id an entry has all workspaces of a project, which can't have the same name. */
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
      'needs workspace_id: without it, every workspace of the project is polled under its own name',
    );
  }
}

function refuse(context: z.RefinementCtx, path: Path, message: string): void {
  context.addIssue({ code: 'custom', path: [...path], message, params: { isShown: true } });
}
