import type { Change } from '../change.ts';
import { advance } from '../state.ts';
import { LedgerError } from '../store.ts';
import { changedColumns } from '../stored-state.ts';
import { sweptBy } from '../sweep.ts';
import { touch, touchedBy } from '../touched.ts';
import type { CellChange } from '../window.ts';
import type { Queries } from './database.ts';
import { NewLabelSets, readLabelSets } from './label-sets.ts';
import { type Memory, type MemoryPart, nextCommit } from './memory.ts';
import { given, list, raw, runAsOne, type Sql, sql, toText } from './sql.ts';
import { replaceSweep } from './sweep.ts';
import { replaceTopologies } from './topologies.ts';
import { writesOf } from './writes.ts';

/**
 * Writes a change, within the transaction of a commit: with a few statements, however many rows there are.
 *
 * @param rebuilt all cells of a window that is moved back; null: it isn't
 * @returns what there is then
 */
export async function writeChange(
  queries: Queries,
  ledger: number,
  before: Memory,
  change: Change,
  rebuilt: readonly CellChange[] | null,
): Promise<Memory> {
  const sets = new NewLabelSets(before.sets);
  const [first = [], ...others] = writesOf(change, { ledger, known: before.sets, sets, rebuilt });
  const state = advance(before.state, change);
  const sweep = sweptBy(before.sweep, change);
  const ofSweep = replaceSweep(ledger, before.sweep, sweep);
  const ofTopologies = replaceTopologies(ledger, before.state.unread, state.unread);
  const areSetsRemoved = change.kind === 'pruned' && others.some((step) => step.length > 0);
  const touched = touchedBy(change).map((labels) => sets.numberOf(labels));

  const position = nextCommit(before);
  const { commit } = position;
  const maps = ['playbooks', 'values', 'runs', 'versions', 'dataclasses'] as const;
  const changed: MemoryPart[] = maps.filter((part) => state[part] !== before.state[part]);
  if (ofSweep.length > 0) changed.push('sweep');
  if (ofTopologies.length > 0) changed.push('unread');
  if (areSetsRemoved) changed.push('sets');
  const changedIn = Object.fromEntries(changed.map((part) => [part, commit]));
  const next: Memory = {
    ...position,
    changedIn: changed.length > 0 ? { ...before.changedIn, ...changedIn } : before.changedIn,
    state,
    sweep,
    sets: sets.all(),
    touched: touch(before.touched, change),
  };
  await moveOn(queries, ledger, before, next, sets, touched);
  await runAsOne([...first, ...ofSweep, ...ofTopologies], queries);
  for (const step of others) await runAsOne(step, queries);
  if (!areSetsRemoved) return next;
  const left = await readLabelSets(queries, { ledger, lastLabelSet: next.sets.last }, null, commit);
  return { ...next, sets: left.sets };
}

/** Writes the row of the ledger and its label sets, if it still is as it was before: otherwise nothing is. */
async function moveOn(
  queries: Queries,
  ledger: number,
  before: Memory,
  next: Memory,
  { added }: NewLabelSets,
  touched: readonly number[],
): Promise<void> {
  const columns: Sql[] = [
    sql`commit = ${next.commit}`,
    sql`earlier = ${next.earlier}::bigint[]`,
    ...changedColumns(before.state, next.state).map(
      ([column, value]) => sql`${raw(column)} = ${column === 'name' && value !== null ? toText(String(value)) : value}`,
    ),
  ];
  if (next.changedIn !== before.changedIn) columns.push(sql`changed_in = ${JSON.stringify(next.changedIn)}`);
  if (next.sets.last !== before.sets.last) columns.push(sql`last_label_set = ${next.sets.last}`);
  const parts: Sql[] = [
    sql`moved AS (UPDATE ledger SET ${list(columns)}
                  WHERE ledger = ${ledger} AND commit = ${before.commit} RETURNING ledger)`,
  ];
  const isTouched = new Set(touched);
  const rows = added.map((set) => ({ ...set, touched_in: isTouched.has(set.label_set) ? next.commit : 0 }));
  if (rows.length > 0)
    parts.push(sql`added AS (INSERT INTO label_set SELECT moved.ledger, given.*
      FROM moved, ${given(rows, { label_set: 'bigint', labels: 'json', touched_in: 'bigint' })})`);
  const known = touched.filter((number) => before.sets.has(number));
  if (known.length > 0)
    parts.push(sql`touched AS (UPDATE label_set SET touched_in = ${next.commit}
      FROM moved WHERE label_set.ledger = moved.ledger AND label_set = ANY(${known}::bigint[]))`);
  const moved = await sql`WITH ${list(parts)} SELECT ledger FROM moved`.run(queries);
  if (moved.length > 0) return;
  throw new LedgerError(
    'the ledger has changed since this exporter read it last: nothing was written, and the next poll continues from what it holds now',
  );
}
