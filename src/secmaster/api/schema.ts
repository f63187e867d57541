import { z } from 'zod';

/** What the APIs return: only the fields that are used. Any of them may be null, absent or ''. */

/** JSON can contain half of a surrogate pair, which would be another text in the ledger than in memory. */
const wellFormed = z.string().overwrite((text) => text.toWellFormed());
const text = wellFormed.nullish();
/** For labels and the status page: a name of 10 KB would make each of its series as long. */
const shortText = (max: number) => wellFormed.overwrite((text) => cut(text, max)).nullish();
const name = shortText(200);
const numberOrText = z.union([z.number(), z.string()]).nullish();

/** A body with neither count nor list is something else. */
export const pageSchema = z
  .object({ count: z.unknown().optional(), instances: z.array(z.unknown()).nullish() })
  .refine((body) => 'count' in body || 'instances' in body);

/** Keys in the order in which a row's problems are reported. */
export const rowSchema = z.object({
  id: wellFormed.min(1),
  status: wellFormed.min(1).overwrite((text) => cut(text, 200)),
  trigger_type: name,
  start_time: text,
  end_time: text,
  retry_count: numberOrText,
  playbook: z.union([z.object({ id: text, name, en_name: name }), z.literal('')]).nullish(),
  // Used only for filtering, so a bad value does not reject the row.
  workflow: z.object({ id: text }).nullish().catch(null),
  dataclass: z.object({ id: text }).nullish().catch(null),
});
export type Row = z.infer<typeof rowSchema>;

const workspaceRowSchema = z.object({ id: text, name: text, is_view: z.unknown().optional() });
export type WorkspaceRow = z.infer<typeof workspaceRowSchema>;

export const workspacesSchema = z
  .object({ count: z.unknown().optional(), workspaces: z.array(workspaceRowSchema).nullish() })
  .refine((body) => 'count' in body || 'workspaces' in body);

export const projectsSchema = z
  .object({ projects: z.array(z.object({ id: z.string().min(1) })) })
  .transform(({ projects }) => projects);

/** At most `max` characters; an ellipsis as the last one if the text was longer. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  const characters = [...text];
  return characters.length <= max ? text : `${characters.slice(0, max - 1).join('')}…`;
}
