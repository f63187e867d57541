import type { Instance } from './instance.ts';
import type { PlaybookList } from './playbook-list.ts';

export interface PlaybookRow {
  readonly playbook_id: string;
  readonly playbook: string;
  readonly enabled: boolean;
  readonly dataclass: string;
}

/** The data class of the newest run that has one; of runs that began at once, the one whose name is the last in the alphabet. */
export interface DataClassRow {
  readonly playbook_id: string;
  readonly dataclass_id: string;
  readonly name: string;
  /** '' where there is none. */
  readonly en_name: string;
}

/** A version with its first and its last run, by the starts as they are now. */
export interface WorkflowVersionRow {
  readonly playbook_id: string;
  readonly workflow_id: string;
  readonly workflow: string;
  /** '' where there is none. */
  readonly name_en: string;
  readonly version: string;
  readonly version_id: string;
  readonly firstStart: number;
  readonly lastStart: number;
}

export function playbookRows({ listed }: Pick<PlaybookList, 'listed'>): PlaybookRow[] {
  return [...listed.values()]
    .map(({ id, name, enabled, dataclass }) => ({
      playbook_id: id,
      playbook: name,
      enabled,
      dataclass: dataclass?.name ?? '',
    }))
    .sort((a, b) => (a.playbook_id < b.playbook_id ? -1 : 1));
}

/** Of each playbook its data class, put together instance by instance. */
export function createDataClasses() {
  const newest = new Map<string, { readonly startMs: number; readonly row: DataClassRow }>();
  return {
    put(playbook_id: string, { dataclass }: Instance, startMs: number): void {
      if (dataclass === null) return;
      const { id, name, en_name = '' } = dataclass;
      const row = { playbook_id, dataclass_id: id, name, en_name };
      const known = newest.get(playbook_id);
      const isNewer = known === undefined || startMs > known.startMs;
      if (isNewer || (startMs === known.startMs && shownName(row) > shownName(known.row)))
        newest.set(playbook_id, { startMs, row });
    },
    rows: (): DataClassRow[] =>
      [...newest.values()].map(({ row }) => row).sort((a, b) => (a.playbook_id < b.playbook_id ? -1 : 1)),
  };
}

function shownName({ en_name, name }: DataClassRow): string {
  return en_name || name;
}

/** Of each playbook the versions of its workflows, put together instance by instance. */
export function createWorkflowVersionRows() {
  type Mutable<T> = { -readonly [K in keyof T]: T[K] };
  const rows = new Map<string, Mutable<WorkflowVersionRow>>();
  return {
    put(playbook_id: string, { workflow }: Instance, startMs: number): void {
      if (workflow === null) return;
      const { id, name, name_en = '', version = '', version_id = '' } = workflow;
      const key = `${playbook_id}\n${id}\n${version}\n${version_id}`;
      const start = startMs / 1000;
      const known = rows.get(key);
      if (known === undefined) {
        const times = { firstStart: start, lastStart: start };
        rows.set(key, { playbook_id, workflow_id: id, workflow: name, name_en, version, version_id, ...times });
        return;
      }
      known.firstStart = Math.min(known.firstStart, start);
      known.lastStart = Math.max(known.lastStart, start);
    },
    rows: (): WorkflowVersionRow[] => [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row),
  };
}
