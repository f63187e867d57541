import { createHash } from 'node:crypto';
import { compare } from 'bcryptjs';
import pLimit from 'p-limit';

/** Who may come in, by the header `Authorization`. */
export interface BasicAuth {
  isAllowed(authorization: string | undefined, users: ReadonlyMap<string, string>): Promise<boolean>;
}

/** A hash of nothing that anybody knows: a user that isn't there takes as long as one that is. */
const nobody = '$2b$10$W27rOeCtxqiBeZBa2ESaa.E7LViY0cZfCII/kt8FCWFo9TWvCfiAG';
const mostRemembered = 100;

/**
 * bcrypt is slow on purpose: what was found right is remembered, so that it costs a scraper that once, and there is one
 * comparison at a time, so that guessing leaves room for scrapes.
 */
export function createBasicAuth(): BasicAuth {
  const limit = pLimit(1);
  const right = new Set<string>();
  return {
    async isAllowed(authorization, users) {
      if (users.size === 0) return true;
      const [, encoded = ''] = /^basic +([\w+/=-]+)$/i.exec(authorization ?? '') ?? [];
      const [, user = '', password = ''] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString()) ?? [];
      if (user === '') return false;
      const hash = users.get(user);
      const digest = createHash('sha256')
        .update(JSON.stringify([user, password, hash]))
        .digest('base64');
      if (right.has(digest)) return true;
      const isRight = (await limit(() => compare(password, hash ?? nobody))) && hash !== undefined;
      if (isRight) {
        if (right.size >= mostRemembered) right.clear();
        right.add(digest);
      }
      return isRight;
    },
  };
}
