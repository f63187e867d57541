import type { DatabaseSync } from 'node:sqlite';
import { labelsText } from '../label-set.ts';
import { applicationId, migrations } from './schema.ts';
import { shorten } from './short-texts.ts';

/** Called with the number of instances so far that were brought into another form: a million takes some seconds. */
export type OnMigrated = (instances: number) => void;

export const tellEach = 100_000;

/** Brings the schema up to date, in one transaction. */
export function migrate(db: DatabaseSync, onMigrated: OnMigrated = () => {}): void {
  const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
  if (version === migrations.length) return;
  db.function('labels_text', { deterministic: true, varargs: true }, (...namesAndValues) => {
    const pairs = namesAndValues.flatMap((name, i) => (i % 2 === 0 ? [[name, namesAndValues[i + 1]]] : []));
    return labelsText(Object.fromEntries(pairs));
  });
  db.function('short_text', { deterministic: true }, (text) => (text === null ? null : shorten(String(text))));
  let instances = 0;
  db.function('counted_instance', (id) => {
    instances++;
    if (instances % tellEach === 0) onMigrated(instances);
    return id;
  });
  db.exec('BEGIN EXCLUSIVE');
  for (const migration of migrations.slice(version)) db.exec(migration);
  db.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${migrations.length}; COMMIT`);
}
