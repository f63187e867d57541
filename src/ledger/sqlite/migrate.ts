import type { DatabaseSync } from 'node:sqlite';
import { labelsText } from '../label-set.ts';
import { applicationId, migrations } from './schema.ts';

/** Called with the number of instances before a migration that takes some seconds. */
export type OnMigrating = (instances: number) => void;

/** Fewer are migrated in no time. */
export const manyInstances = 100_000;

/** Brings the schema up to date, in one transaction. */
export function migrate(db: DatabaseSync, onMigrating: OnMigrating = () => {}): void {
  const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
  if (version === migrations.length) return;
  if (version > 0) {
    const { instances } = db.prepare('SELECT count(*) AS instances FROM instance').get() as { instances: number };
    if (instances >= manyInstances) onMigrating(instances);
  }
  db.function('labels_text', { deterministic: true, varargs: true }, (...namesAndValues) => {
    const pairs = namesAndValues.flatMap((name, i) => (i % 2 === 0 ? [[name, namesAndValues[i + 1]]] : []));
    return labelsText(Object.fromEntries(pairs));
  });
  db.exec('BEGIN EXCLUSIVE');
  for (const migration of migrations.slice(version)) db.exec(migration);
  db.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${migrations.length}; COMMIT`);
}
