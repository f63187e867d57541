import { z } from 'zod';
import { compilePattern } from '../model/name-patterns.ts';
import { labelText, maxLabelLength } from '../model/text.ts';
import { formatDuration, parseDuration } from './duration.ts';
import { isLinkLocal, isLoopback, parseOrigin } from './endpoints.ts';
import { emptyMessage } from './problems.ts';
import { expandHome } from './text-file.ts';
import type { Value } from './value.ts';

/** The kinds of values in a configuration. Each says what is wrong with a value. */

type Refuse = (message: string) => never;

export interface Field<T> extends Value<T> {
  readonly schema: z.ZodType<T>;
}

interface About<T> {
  /** What is allowed, for docs/configuration.md. */
  readonly values: string;
  /** Whether a message may begin with the refused value. */
  readonly isShown?: boolean;
  /** As it would be written in a file. */
  readonly show?: (value: T) => unknown;
}

/** A value that `read` accepts or refuses. */
export function field<T>(
  read: (value: unknown, refuse: Refuse) => T | Promise<T>,
  { values, isShown = true, show = (value) => value }: About<T>,
): Field<T> {
  const checked = z.unknown().transform((value, context): T | Promise<T> => {
    const refuse = (message: string, params = { isShown: false }): never => {
      context.addIssue({ code: 'custom', message, params });
      return z.NEVER;
    };
    if (value === undefined) return refuse('is missing');
    if (value === null || (typeof value === 'string' && value.trim() === '')) return refuse(emptyMessage);
    return read(value, (message) => refuse(message, { isShown }));
  });
  return { schema: checked.meta({ values }), read: (value) => value as T, show };
}

export const text = field((value, refuse) => (typeof value === 'string' ? value.trim() : refuse(notText)), {
  values: 'text',
  isShown: false,
});

/** The value of a label. */
export const label = field(
  (value, refuse) => {
    if (typeof value !== 'string') return refuse(notText);
    const given = value.trim();
    return labelText(given) === given ? given : refuse(`must have at most ${maxLabelLength} characters, all printable`);
  },
  { values: `text of up to ${maxLabelLength} printable characters`, isShown: false },
);

/** @param make for example, to lower case */
export function textOf(
  isForm: (text: string) => boolean,
  values: string,
  message: string,
  make = (text: string) => text,
) {
  return field((value, refuse) => (typeof value === 'string' && isForm(value) ? make(value) : refuse(message)), {
    values,
  });
}

/** Of a file or folder; `~/` is the home directory. */
export const path = field((value, refuse) => (typeof value === 'string' ? expandHome(value.trim()) : refuse(notText)), {
  values: 'text',
  isShown: false,
});

/** A regular expression on a name. */
export const pattern = field(
  (value, refuse) => {
    if (typeof value !== 'string') return refuse(notText);
    if (value.length > maxPatternLength) return refuse(`has more than ${maxPatternLength} characters`);
    try {
      compilePattern(value);
    } catch (error) {
      // Such as "Invalid regular expression: /a(/su: Unterminated group".
      return refuse(`is not a valid regular expression: ${String(error).replace(/^.*: /s, '')}`);
    }
    return value;
  },
  { values: 'regular expression', isShown: false },
);

const maxPatternLength = 1_000;

export function listOf<T>(
  item: Value<T>,
  limit: (list: z.ZodArray<z.ZodType>) => z.ZodType,
  values: string,
): Value<readonly T[]> {
  return {
    schema: limit(z.array(item.schema)).meta({ values }),
    read: (checked) => (checked as unknown[]).map(item.read),
    show: (list) => list.map(item.show),
  };
}

export function oneOf<const T extends string>(...choices: readonly T[]) {
  return field((value, refuse) => choices.find((choice) => choice === value) ?? refuse(`must be ${either(choices)}`), {
    values: either(choices.map((choice) => `\`${choice}\``)),
  });
}

/** `a, b or c`. Intl.ListFormat would do it, and keep 8 MB of data in memory. */
function either(choices: readonly string[]): string {
  return choices.join(', ').replace(/, ([^,]*)$/, ' or $1');
}

/** Each of these once at the most; the value has them in the order of `choices`. */
export function setOf<const T extends string>(choices: readonly T[]) {
  const values = choices.map((choice) => `\`${choice}\``).join(', ');
  return field(
    (value, refuse): readonly T[] => {
      const given: unknown[] | null = Array.isArray(value) ? value : null;
      if (given === null) return refuse(`must be a list of ${choices.join(', ')}`);
      if (given.some((one) => !choices.some((choice) => choice === one)))
        return refuse(`must only have ${choices.join(', ')}`);
      if (new Set(given).size < given.length) return refuse('has the same twice');
      return choices.filter((choice) => given.includes(choice));
    },
    { values: `list of ${values}`, isShown: false },
  );
}

/** Milliseconds. */
export function duration(min: string, max?: string) {
  const [minMs, maxMs] = [parseDuration(min) ?? 0, parseDuration(max ?? '') ?? Number.POSITIVE_INFINITY];
  return field(
    (value, refuse) => {
      const ms = typeof value === 'string' ? parseDuration(value) : null;
      if (ms === null) return refuse('is not a valid duration; write it like 30s, 5m, 24h or 7d');
      if (ms < minMs) return refuse(`is too short; the minimum is ${formatDuration(minMs)}`);
      if (ms > maxMs) return refuse(`is too long; the maximum is ${formatDuration(maxMs)}`);
      return ms;
    },
    { values: max === undefined ? `duration, at least ${min}` : `duration, ${min} to ${max}`, show: formatDuration },
  );
}

/** @param values such as `number above 0` */
export function number(isAllowed: (value: number) => boolean, values: string) {
  return field(
    (value, refuse) => (typeof value === 'number' && isAllowed(value) ? value : refuse(`must be a ${values}`)),
    { values },
  );
}

export function whole(min: number, max: number) {
  return number((n) => Number.isInteger(n) && n >= min && n <= max, `whole number, ${min} to ${max}`);
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
    return refuse('must be an ascending list of seconds above 0, such as [1, 5, 30]');
  },
  { values: 'ascending list of seconds above 0', isShown: false },
);

export const origin = originField(isLoopback, 'for this machine');

/** Of a metadata service, which uses HTTP without TLS on a link-local address. */
export const metadataOrigin = originField((url) => isLoopback(url) || isLinkLocal(url), 'for link-local addresses');

/** The value is never shown, because a URL may contain a password. */
function originField(mayBeClear: (url: URL) => boolean, clearFor: string) {
  return field(
    (value, refuse) => {
      const url = typeof value === 'string' ? parseOrigin(value) : null;
      if (url === null)
        return refuse('must be like https://secmaster.cn-north-4.myhuaweicloud.com, without path, query or user');
      if (url.protocol === 'http:' && !mayBeClear(url))
        return refuse(
          `must begin with https://; http:// sends credentials unencrypted and is allowed only ${clearFor}`,
        );
      return url.origin;
    },
    { values: `\`https://\` with host and port; \`http://\` only ${clearFor}`, isShown: false },
  );
}

export const notText = 'must be text; put it in quotes';
