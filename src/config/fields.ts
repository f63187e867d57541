import { z } from 'zod';
import { type CredentialFile, type CredentialForm, credentialProblem, readCredentialFile } from './credential-file.ts';
import { formatDuration, parseDuration } from './duration.ts';
import { isLinkLocal, isLoopback, parseOrigin } from './endpoints.ts';
import { emptyMessage } from './problems.ts';

/** The kinds of values in a configuration. Each says by itself what is wrong with what it is given. */

type Refuse = (message: string) => never;

interface About {
  /** What may stand there, for docs/configuration.md. */
  readonly values: string;
  /** Whether a message may begin with the refused value. */
  readonly isShown?: boolean;
}

/** A value that `read` takes or refuses. */
export function field<T>(read: (value: unknown, refuse: Refuse) => T, { values, isShown = true }: About) {
  const checked = z.unknown().transform((value, context): T => {
    const refuse = (message: string, params = { isShown: false }): never => {
      context.addIssue({ code: 'custom', message, params });
      return z.NEVER;
    };
    if (value === undefined) return refuse('is missing');
    if (value === null || (typeof value === 'string' && value.trim() === '')) return refuse(emptyMessage);
    return read(value, (message) => refuse(message, { isShown }));
  });
  return checked.meta({ values });
}

/** Keys that all have defaults: the section may be absent or empty, `agency:` as well as `agency: {}`. */
export function section<T extends z.ZodRawShape>(shape: T) {
  return z.preprocess((value) => value ?? {}, z.strictObject(shape));
}

export const text = field((value, refuse) => (typeof value === 'string' ? value.trim() : refuse(notText)), {
  values: 'text',
  isShown: false,
});

export function textOf(isForm: (text: string) => boolean, values: string, message: string) {
  return field((value, refuse) => (typeof value === 'string' && isForm(value) ? value : refuse(message)), { values });
}

export function oneOf<const T extends string>(...choices: readonly T[]) {
  return field(
    (value, refuse) => choices.find((choice) => choice === value) ?? refuse(`must be ${choices.join(' or ')}`),
    { values: choices.map((choice) => `\`${choice}\``).join(' or ') },
  );
}

/** Milliseconds. */
export function duration(min: string, max?: string) {
  const [minMs, maxMs] = [parseDuration(min) ?? 0, parseDuration(max ?? '') ?? Number.POSITIVE_INFINITY];
  return field(
    (value, refuse) => {
      const ms = typeof value === 'string' ? parseDuration(value) : null;
      if (ms === null) return refuse('is no duration; write it like 30s, 5m, 24h or 7d');
      if (ms < minMs) return refuse(`is too short; the least is ${formatDuration(minMs)}`);
      if (ms > maxMs) return refuse(`is too long; the most is ${formatDuration(maxMs)}`);
      return ms;
    },
    { values: max === undefined ? `duration, at least ${min}` : `duration, ${min} to ${max}` },
  );
}

/** @param values such as `number above 0` */
export function number(isAllowed: (value: number) => boolean, values: string) {
  return field(
    (value, refuse) => (typeof value === 'number' && isAllowed(value) ? value : refuse(`must be a ${values}`)),
    { values },
  );
}

/** Seconds. */
export const buckets = field(
  (value, refuse): readonly number[] => {
    const bounds: unknown[] = Array.isArray(value) ? value : [];
    const isBound = (bound: unknown): bound is number =>
      typeof bound === 'number' && Number.isFinite(bound) && bound > 0;
    const isAscending = (bound: number, index: number, all: readonly number[]) =>
      index === 0 || bound > (all[index - 1] ?? bound);
    if (bounds.length > 0 && bounds.every(isBound) && bounds.every(isAscending)) return bounds;
    return refuse('must be a list of seconds, each above 0 and above the one before it, such as [1, 5, 30]');
  },
  { values: 'list of seconds, each above 0 and above the one before it', isShown: false },
);

export const origin = originField(isLoopback, 'for this machine');

/** Of a metadata service, which speaks HTTP without TLS on a link-local address. */
export const metadataOrigin = originField((url) => isLoopback(url) || isLinkLocal(url), 'for link-local addresses');

/** Not shown: a URL may hold a password. */
function originField(mayBeClear: (url: URL) => boolean, clearFor: string) {
  return field(
    (value, refuse) => {
      const url = typeof value === 'string' ? parseOrigin(value) : null;
      if (url === null)
        return refuse('must be like https://secmaster.cn-north-4.myhuaweicloud.com, without path, query or user');
      if (url.protocol === 'http:' && !mayBeClear(url))
        return refuse(`must begin with https://; http:// would send credentials in the clear and is only ${clearFor}`);
      return url.origin;
    },
    { values: `\`https://\` with host and port; \`http://\` only ${clearFor}`, isShown: false },
  );
}

/** A text of a credential, never shown. */
export function credential<T>(form: CredentialForm, make: (text: string) => T) {
  return field(
    (value, refuse) => {
      if (typeof value !== 'string') return refuse(notText);
      const problem = credentialProblem(value, form);
      return problem === null ? make(value) : refuse(problem);
    },
    { values: 'text', isShown: false },
  );
}

/** The same in a file. Its content is only looked at here: who needs the credential reads it again. */
export function credentialFile(form: CredentialForm) {
  return field(
    (path, refuse): CredentialFile => {
      if (typeof path !== 'string') return refuse(notText);
      const file = readCredentialFile({ path, form });
      return 'problem' in file ? refuse(file.problem) : { path, form };
    },
    { values: 'path of a file', isShown: false },
  );
}

const notText = 'must be text; put it in quotes';
