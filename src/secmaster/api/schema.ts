import { z } from 'zod';
import { holdsSecret, scrub } from '../../model/known-secrets.ts';
import { isId, labelText, messageText } from '../../model/text.ts';
import { pageSize } from './secmaster.ts';

/** What the APIs return: only the fields that are used. Any of them may be null, absent or ''. */

/** The message of a problem with an id. */
export const badId = 'bad_id';

/** JSON can contain half of a surrogate pair, which would be another text in the ledger than in memory. */
const text = z
  .string()
  .overwrite((given) => given.toWellFormed())
  .nullish();
const id = z.string().refine((given) => given === '' || (isId(given) && !holdsSecret(given)), { error: badId });
/** For labels and the status page. */
const shown = z.string().overwrite(shownText);
const name = shown.nullish();
const detail = text.catch(null);
const numberOrText = z.union([z.number(), z.string()]).nullish();

/** The greatest number of rows in one response: SecMaster may return a few more than were asked for, but no list of its own length. */
export const maxRows = 10 * pageSize;

/** A list whose rows are counted before any of them is read. */
function shortList<T extends z.ZodType>(list: T) {
  const isShort = (rows: unknown) => !Array.isArray(rows) || rows.length <= maxRows;
  return z.preprocess((rows) => (isShort(rows) ? rows : 'too many rows'), list);
}

/** One that may be null or absent. */
function rowsOf<T extends z.ZodType>(row: T) {
  return shortList(z.array(row).nullish()).optional();
}

/** A body with neither count nor list is something else. */
export const pageSchema = z
  .object({ count: z.unknown().optional(), instances: rowsOf(z.unknown()) })
  .refine((body) => 'count' in body || 'instances' in body);

/** Keys in the order in which a row's problems are reported. */
export const rowSchema = z.object({
  id: id.min(1),
  status: shown.min(1),
  trigger_type: name,
  start_time: text,
  end_time: text,
  retry_count: numberOrText,
  playbook: z
    .preprocess((given) => (given === '' ? null : given), z.object({ id: id.nullish(), name, en_name: name }).nullish())
    .optional(),
  // Nothing of these is counted, so a bad value does not reject the row.
  name: detail,
  dataobject_id: detail,
  defense_id: detail,
  workflow: z
    .object({ id: detail, name: detail, name_en: detail, version: detail, version_id: detail })
    .nullish()
    .catch(null),
  dataclass: z.object({ id: detail, name: detail, en_name: detail }).nullish().catch(null),
});
export type Row = z.infer<typeof rowSchema>;

const workspaceRowSchema = z.object({ id: text, name, is_view: z.unknown().optional() });
export type WorkspaceRow = z.infer<typeof workspaceRowSchema>;

export const workspacesSchema = z
  .object({ count: z.unknown().optional(), workspaces: rowsOf(workspaceRowSchema) })
  .refine((body) => 'count' in body || 'workspaces' in body);

const playbookRowSchema = z.object({
  id: detail,
  name: detail,
  // Not documented here; elsewhere both are.
  name_en: detail,
  en_name: detail,
  enabled: z.unknown().optional(),
  dataclass_id: detail,
  dataclass_name: detail,
});
export type PlaybookRow = z.infer<typeof playbookRowSchema>;

export const playbooksSchema = z.object({
  code: z.unknown().optional(),
  success: z.unknown().optional(),
  total: z.unknown().optional(),
  data: rowsOf(playbookRowSchema.nullable().catch(null)),
});

export const projectsSchema = z
  .object({ projects: shortList(z.array(z.object({ id: id.min(1) }))) })
  .transform(({ projects }) => projects);

/** A name as a label has it, without secrets. */
export function shownText(text: string): string {
  return scrub(labelText(text));
}

/** The same for a message. */
export function shownMessage(text: string): string {
  return scrub(messageText(text));
}
