import { z } from 'zod';

const code = z.union([z.number(), z.string()]).nullish().catch(null);
const message = z
  .string()
  .overwrite((text) => text.toWellFormed())
  .nullish()
  .catch(null);

/** The four shapes of an error body: SecMaster's {code, message}, {error_code, error_msg}, the gateway's, and IAM's. */
export const errorBodySchema = z.object({
  error_code: code,
  error_msg: message,
  code,
  message,
  error: z.object({ code, message }).nullish().catch(null),
  request_id: message,
});
