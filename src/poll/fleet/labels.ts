/** Values of the label `workspace`: no two workspaces have the same, or their series would be one. */
export interface WorkspaceLabels {
  /** The name itself, or with the first of the suffixes in brackets behind it that makes it unique. The owner may ask again. */
  claim(owner: string, name: string, suffixes: readonly string[]): string;
  release(owner: string): void;
}

export function createWorkspaceLabels(): WorkspaceLabels {
  const owners = new Map<string, string>();
  return {
    claim(owner, name, suffixes) {
      const isFree = (label: string) => (owners.get(label) ?? owner) === owner;
      const candidates = [name, ...suffixes.map((suffix) => `${name} (${suffix})`)];
      let label = candidates.find(isFree);
      for (let n = 2; label === undefined; n += 1) label = [`${name} (${n})`].find(isFree);
      owners.set(label, owner);
      return label;
    },
    release(owner) {
      for (const [label, by] of owners) if (by === owner) owners.delete(label);
    },
  };
}
