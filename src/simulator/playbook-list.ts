import type { DataClass, Playbook } from './instance.ts';

/** A playbook as SecMaster's list of them has it. */
export interface ListedPlaybook {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly version: string;
  readonly versionId: string;
  readonly dataclass: DataClass | null;
}

export interface PlaybookSpec extends Playbook {
  readonly enabled?: boolean;
  readonly version?: string;
  readonly versionId?: string;
  readonly dataclass?: DataClass | null;
}

/** The playbooks of one workspace, whether they run or not, in the order in which they were added. */
export interface PlaybookList {
  readonly listed: ReadonlyMap<string, ListedPlaybook>;
  /** Enabled, unless it is said that it isn't; throws where it is there already. */
  add(playbook: PlaybookSpec): void;
  enable(id: string): void;
  disable(id: string): void;
  /** What ran of it stays. */
  remove(id: string): void;
}

export interface KeptPlaybooks extends PlaybookList {
  /** One object for each playbook, so that a new name shows everywhere. One that runs for the first time is listed. */
  shared(playbook: Playbook, dataclass: DataClass | null): Playbook;
  rename(id: string, name: string, enName?: string): void;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export function createPlaybookList(): KeptPlaybooks {
  const playbooks = new Map<string, Mutable<Playbook>>();
  const listed = new Map<string, Mutable<ListedPlaybook>>();

  function list({ id, name, enabled = true, version = 'v1', versionId, dataclass = null }: PlaybookSpec): void {
    listed.set(id, { id, name, enabled, version, versionId: versionId ?? `${id}-${version}`, dataclass });
  }

  function get(id: string): Mutable<ListedPlaybook> {
    const playbook = listed.get(id);
    if (playbook === undefined) throw new Error(`no playbook ${id} in the list`);
    return playbook;
  }

  function keep({ id, name, en_name }: Playbook): Mutable<Playbook> {
    const kept = { id, name, ...(en_name !== undefined && { en_name }) };
    playbooks.set(id, kept);
    return kept;
  }

  return {
    listed,
    add: (playbook) => {
      if (listed.has(playbook.id)) throw new Error(`playbook ${playbook.id} exists already`);
      keep(playbook);
      list(playbook);
    },
    enable: (id) => {
      get(id).enabled = true;
    },
    disable: (id) => {
      get(id).enabled = false;
    },
    remove: (id) => {
      get(id);
      listed.delete(id);
    },
    shared: (playbook, dataclass) => {
      const known = playbooks.get(playbook.id);
      if (known !== undefined) return known;
      list({ ...playbook, dataclass });
      return keep(playbook);
    },
    rename: (id, name, enName) => {
      const playbook = playbooks.get(id);
      if (playbook === undefined) throw new Error(`no playbook ${id}`);
      playbook.name = name;
      if (enName === undefined) delete playbook.en_name;
      else playbook.en_name = enName;
      const entry = listed.get(id);
      if (entry !== undefined) entry.name = name;
    },
  };
}
