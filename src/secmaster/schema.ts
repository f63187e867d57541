import { z } from 'zod';

/** The edge: what the APIs answer, with the fields that are used and no others. Any of them may be null, absent or ''. */

const text = z.string().nullish();
const numberOrText = z.union([z.number(), z.string()]).nullish();

/** A body with neither count nor list is none of these, whatever else it is. */
export const pageSchema = z
  .object({ count: z.unknown().optional(), instances: z.array(z.unknown()).nullish() })
  .refine((body) => 'count' in body || 'instances' in body);

/** Keys in the order in which a row's faults are reported. */
export const rowSchema = z.object({
  id: z.string().min(1),
  status: z.string().min(1),
  trigger_type: text,
  start_time: text,
  end_time: text,
  retry_count: numberOrText,
  playbook: z.union([z.object({ id: text, name: text, en_name: text }), z.literal('')]).nullish(),
});
export type Row = z.infer<typeof rowSchema>;

export const workspacesSchema = z
  .object({ count: z.unknown().optional(), workspaces: z.array(z.object({ id: text, name: text })).nullish() })
  .refine((body) => 'count' in body || 'workspaces' in body)
  .transform(({ workspaces }) => workspaces ?? []);

export const tokenSchema = z.object({
  token: z.object({ expires_at: z.string(), issued_at: text }),
});

const code = numberOrText.catch(null);
const message = text.catch(null);

/** The four shapes of an error body: SecMaster's {code, message}, {error_code, error_msg}, the gateway's, and IAM's. */
export const errorBodySchema = z.object({
  error_code: code,
  error_msg: message,
  code,
  message,
  error: z.object({ code, message }).nullish().catch(null),
  request_id: message,
});
