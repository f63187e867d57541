import { defaultWorkspace } from '../../../src/simulator/defaults.ts';

/** The workspaces of a simulator process, counted from 0: the first is the one that a simulator has by default. */
export function simulatedWorkspace(n: number): { readonly id: string; readonly name: string } {
  if (n === 0) return defaultWorkspace;
  return { id: `5ec3a57e-0000-4000-8000-${String(n).padStart(12, '0')}`, name: `${defaultWorkspace.name}-${n + 1}` };
}
