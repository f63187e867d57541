/** What one replica has found, for the others. */
export interface Discovered {
  readonly projectId: string;
  /** The ids of all workspaces that belong to the entry. */
  readonly found: readonly string[];
  /** Those of them that were in the last list: one that is missing from the next one too is gone. */
  readonly known: readonly string[];
}

/** @param told JSON, perhaps of another version; null: nothing has been found */
export function readDiscovered(told: unknown): Discovered | null {
  if (typeof told !== 'object' || told === null) return null;
  const { projectId, found, known } = told as Record<string, unknown>;
  if (typeof projectId !== 'string' || !isTexts(found)) return null;
  return { projectId, found, known: isTexts(known) ? known : found };
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}
