/**
 * The tables of all ledgers of a store, as every store has them under the same names, for copying. What one store alone has beside them it
 * works out by itself. Tests hold this against each schema.
 */
export interface Table {
  readonly name: string;
  /** The primary key. */
  readonly key: readonly string[];
  readonly columns: Readonly<Record<string, ColumnKind>>;
}

/** `json`: text that holds nothing which a store could have to write otherwise. */
export type ColumnKind = 'whole' | 'real' | 'text' | 'json' | 'flag';

/** In the order of the columns. A flag is a boolean. */
export type Row = readonly Value[];
export type Value = string | number | boolean | null;

const wholes = <const Name extends string>(...names: readonly Name[]) => columns('whole', names);
const texts = <const Name extends string>(...names: readonly Name[]) => columns('text', names);
const jsons = <const Name extends string>(...names: readonly Name[]) => columns('json', names);
const reals = <const Name extends string>(...names: readonly Name[]) => columns('real', names);
const flags = <const Name extends string>(...names: readonly Name[]) => columns('flag', names);

function columns<Name extends string>(kind: ColumnKind, names: readonly Name[]): Readonly<Record<Name, ColumnKind>> {
  return Object.fromEntries(names.map((name) => [name, kind])) as Record<Name, ColumnKind>;
}

const table = (name: string, key: readonly string[], columns: Table['columns']): Table => ({ name, key, columns });

export const ledgerTable = table('ledger', ['ledger'], {
  ...wholes('ledger', 'created_at_ms', 'generation', 'last_tail_ms', 'last_success_ms', 'from_minute'),
  ...wholes('pruned_before_ms', 'unseen_before_ms', 'history_from_ms', 'listed_ms', 'instances'),
  ...wholes('topologies_read', 'topologies_skipped', 'topologies_failed'),
  ...texts('project_id', 'workspace_id', 'name'),
  ...jsons('profile', 'listed'),
});

/** Each store numbers label sets and what is to be swept in its own way, so a copy has new numbers. */
export const labelSetTable = table('label_set', ['ledger', 'label_set'], {
  ...wholes('ledger', 'label_set'),
  ...jsons('labels'),
});

export const sweepTable = table('sweep', ['ledger', 'key'], {
  ...wholes('ledger', 'key', 'from_ms', 'to_ms', 'tried_ms'),
  ...texts('status', 'trigger_type', 'purpose'),
  ...flags('oldest_first'),
});

export const instanceTable = table('instance', ['ledger', 'id'], {
  ...wholes('ledger', 'label_set', 'start_time_ms', 'end_time_ms', 'retry_count', 'seen_ms', 'changed_in'),
  ...wholes('counted_started', 'counted_retries', 'last_end_ms', 'last_end_retry_count'),
  ...texts('id', 'status'),
  ...jsons('counted_ends', 'counted_timed', 'last_end_ends', 'details'),
  ...flags('gone', 'open', 'recheck'),
});

export const tables: readonly Table[] = [
  ledgerTable,
  labelSetTable,
  instanceTable,
  table('counter', ['ledger', 'counter', 'label_set'], {
    ...wholes('ledger', 'label_set', 'value'),
    ...texts('counter'),
    ...flags('exposed'),
  }),
  table('duration', ['ledger', 'label_set', 'le'], {
    ...wholes('ledger', 'label_set', 'count', 'exemplar_end_time_ms'),
    ...reals('le', 'sum_seconds', 'exemplar_seconds'),
    ...texts('exemplar_id'),
  }),
  table('cell', ['ledger', 'minute', 'label_set'], wholes('ledger', 'minute', 'label_set', 'instances', 'retries')),
  table('gauge', ['ledger', 'label_set'], wholes('ledger', 'label_set', 'instances', 'retries')),
  table('mark', ['ledger', 'mark', 'label_set'], { ...wholes('ledger', 'label_set', 'at_ms'), ...texts('mark') }),
  sweepTable,
  table('playbook', ['ledger', 'playbook_id', 'name'], {
    ...wholes('ledger', 'seen_ms', 'begun_ms', 'met_ms'),
    ...texts('playbook_id', 'name', 'label'),
  }),
  table('failure', ['ledger', 'id', 'attempt'], {
    ...wholes('ledger', 'attempt', 'failed_ms', 'more_nodes'),
    ...texts('id'),
    ...jsons('nodes'),
  }),
  table('label_value', ['ledger', 'label', 'value'], {
    ...wholes('ledger', 'seen_ms'),
    ...texts('label', 'value'),
    ...flags('own'),
  }),
  table('topology', ['ledger', 'id'], {
    ...wholes('ledger', 'attempt', 'ended_ms', 'since_ms'),
    ...texts('id'),
    ...flags('failed'),
  }),
  table('workflow_version', ['ledger', 'playbook', 'workflow_id', 'version'], {
    ...wholes('ledger', 'first_start_ms', 'last_start_ms', 'seen_ms'),
    ...texts('playbook', 'workflow_id', 'version', 'workflow'),
  }),
  table('playbook_dataclass', ['ledger', 'playbook'], {
    ...wholes('ledger', 'start_ms'),
    ...texts('playbook', 'dataclass'),
  }),
];

/** The value of a column in a row. */
export function valueIn(table: Table, row: Row, column: string): Value {
  return row[Object.keys(table.columns).indexOf(column)] ?? null;
}

export interface Paging {
  /** How a statement names its values. */
  readonly parameter: (index: number) => string;
  /** As the column holds it. */
  readonly write: (value: Value, kind: ColumnKind | undefined) => Value;
  /** SQL; which rows there are. */
  readonly where?: string;
}

/** The rows of a table in the order of their keys, some at a time, by queries for the next ones. */
export async function* pagesBy(
  table: Table,
  key: readonly string[],
  query: (sql: string, values: readonly Value[]) => Promise<readonly Row[]>,
  { parameter, write, where = 'true' }: Paging,
): AsyncGenerator<readonly Row[]> {
  const keys = key.join(', ');
  const all = `SELECT ${Object.keys(table.columns).join(', ')} FROM ${table.name} WHERE ${where}`;
  const after = `AND (${keys}) > (${key.map((_, index) => parameter(index)).join(', ')})`;
  const rest = `ORDER BY ${keys} LIMIT ${pageRows}`;
  let page = await query(`${all} ${rest}`, []);
  while (page.length > 0) {
    yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < pageRows) return;
    const values = key.map((column) => write(valueIn(table, last, column), table.columns[column]));
    page = await query(`${all} ${after} ${rest}`, values);
  }
}

/** So many are in memory. */
const pageRows = 2_000;
