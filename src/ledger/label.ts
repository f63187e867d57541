import type { Playbook } from '../model/instance.ts';
import type { PlaybookLabel } from '../model/snapshot.ts';

/** The label of an instance without a playbook. */
export const noPlaybook = '';

/** All labels of a workspace; new ones are collected in `added` for the next commit. */
export class Labels {
  readonly #byPlaybook = new Map<string, string>();
  readonly #taken = new Set<string>([noPlaybook]);
  readonly added: PlaybookLabel[] = [];

  constructor(known: Iterable<PlaybookLabel>) {
    for (const label of known) this.#keep(label);
  }

  of(playbook: Playbook | null): string {
    if (playbook === null) return noPlaybook;
    const known = this.#byPlaybook.get(key(playbook.id, playbook.name));
    if (known !== undefined) return known;
    const label = firstFree(playbook, this.#taken);
    const added = { playbookId: playbook.id, name: playbook.name, label };
    this.#keep(added);
    this.added.push(added);
    return label;
  }

  #keep({ playbookId, name, label }: PlaybookLabel): void {
    this.#byPlaybook.set(key(playbookId, name), label);
    this.#taken.add(label);
  }
}

function key(playbookId: string, name: string): string {
  return JSON.stringify([playbookId, name]);
}

/** The first met keeps its name plain; of a second one the id's first 8 characters tell it apart (contract §5). */
function firstFree({ id, name }: Playbook, taken: ReadonlySet<string>): string {
  for (const candidate of [name, `${name} (${id.slice(0, 8)})`, `${name} (${id})`]) {
    if (!taken.has(candidate)) return candidate;
  }
  for (let n = 2; ; n++) {
    const candidate = `${name} (${id} ${n})`;
    if (!taken.has(candidate)) return candidate;
  }
}
