import { byKey } from '../by-key.ts';
import type { LedgerState } from '../state.ts';
import { type PlaybookDataclass, type Version, type VersionChanges, versionKey } from '../versions.ts';
import type { Queries } from './database.ts';
import { fromText, given, type Sql, sql } from './sql.ts';

/** The tables `workflow_version` and `playbook_dataclass`. */

const last = <T>(_: T, later: T) => later;

export function versionWrites(ledger: number) {
  function remove(versions: readonly Version[]): Sql[] {
    if (versions.length === 0) return [];
    const rows = versions.map(({ playbook, workflowId, version }) => ({ playbook, workflow_id: workflowId, version }));
    return [
      sql`DELETE FROM workflow_version USING ${given(rows, { playbook: 'text', workflow_id: 'text', version: 'text' })}
          WHERE workflow_version.ledger = ${ledger} AND workflow_version.playbook = given.playbook
            AND workflow_version.workflow_id = given.workflow_id AND workflow_version.version = given.version`,
    ];
  }

  function write(versions: readonly Version[]): Sql[] {
    if (versions.length === 0) return [];
    const rows = byKey(versions, versionKey, last).map((one) => ({
      playbook: one.playbook,
      workflow_id: one.workflowId,
      version: one.version,
      workflow: one.workflow,
      first_start_ms: one.firstStartMs,
      last_start_ms: one.lastStartMs,
      seen_ms: one.seenMs,
    }));
    const types = {
      playbook: 'text',
      workflow_id: 'text',
      version: 'text',
      workflow: 'text',
      first_start_ms: 'bigint',
      last_start_ms: 'bigint',
      seen_ms: 'bigint',
    } as const;
    return [
      sql`INSERT INTO workflow_version SELECT ${ledger}::bigint, given.* FROM ${given(rows, types)}
          ON CONFLICT (ledger, playbook, workflow_id, version) DO UPDATE SET workflow = excluded.workflow,
            first_start_ms = excluded.first_start_ms, last_start_ms = excluded.last_start_ms, seen_ms = excluded.seen_ms`,
    ];
  }

  function writeDataclasses(dataclasses: readonly PlaybookDataclass[]): Sql[] {
    if (dataclasses.length === 0) return [];
    const rows = byKey(dataclasses, ({ playbook }) => playbook, last).map(({ playbook, dataclass, startMs }) => ({
      playbook,
      dataclass,
      start_ms: startMs,
    }));
    return [
      sql`INSERT INTO playbook_dataclass SELECT ${ledger}::bigint, given.*
          FROM ${given(rows, { playbook: 'text', dataclass: 'text', start_ms: 'bigint' })}
          ON CONFLICT (ledger, playbook) DO UPDATE SET dataclass = excluded.dataclass, start_ms = excluded.start_ms`,
    ];
  }

  return {
    change: ({ versions, dropped, dataclasses }: VersionChanges): Sql[] => [
      ...remove(dropped),
      ...write(versions),
      ...writeDataclasses(dataclasses),
    ],
    remove,
    removeDataclasses(playbooks: readonly string[]): Sql[] {
      if (playbooks.length === 0) return [];
      const rows = playbooks.map((playbook) => ({ playbook }));
      return [
        sql`DELETE FROM playbook_dataclass USING ${given(rows, { playbook: 'text' })}
            WHERE playbook_dataclass.ledger = ${ledger} AND playbook_dataclass.playbook = given.playbook`,
      ];
    },
  };
}

export async function readVersions(queries: Queries, ledger: number): Promise<LedgerState['versions']> {
  const rows =
    await sql`SELECT playbook, workflow_id AS "workflowId", version, workflow, first_start_ms AS "firstStartMs",
      last_start_ms AS "lastStartMs", seen_ms AS "seenMs" FROM workflow_version WHERE ledger = ${ledger}`.run<Version>(
      queries,
    );
  return new Map(
    rows.map((row) => {
      const { playbook, workflowId, version, workflow } = row;
      const one = {
        ...row,
        playbook: fromText(playbook),
        workflowId: fromText(workflowId),
        version: fromText(version),
        workflow: fromText(workflow),
      };
      return [versionKey(one), one];
    }),
  );
}

export async function readDataclasses(queries: Queries, ledger: number): Promise<LedgerState['dataclasses']> {
  const rows = await sql`SELECT playbook, dataclass, start_ms AS "startMs" FROM playbook_dataclass
    WHERE ledger = ${ledger}`.run<PlaybookDataclass>(queries);
  return new Map(
    rows.map(({ playbook, dataclass, startMs }) => [
      fromText(playbook),
      { playbook: fromText(playbook), dataclass: fromText(dataclass), startMs },
    ]),
  );
}
