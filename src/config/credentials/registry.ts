import { z } from 'zod';
import { always } from '../mapping.ts';
import type { Value, ValueOf } from '../value.ts';
import { agency } from './agency.ts';
import { akSk } from './ak-sk.ts';
import type { Kind } from './kind.ts';
import { oidc } from './oidc.ts';
import { password } from './password.ts';
import { profile } from './profile.ts';
import { token } from './token.ts';

/** Every kind of credentials, by its key. */
const byName = {
  ak_sk: akSk,
  password,
  token,
  agency,
  profile,
  oidc,
};

type Kinds = typeof byName;

/** Files are read again whenever they are needed, so that a changed file needs no reload. */
export type CredentialsConfig = { [K in keyof Kinds]: { readonly kind: K } & ValueOf<Kinds[K]> }[keyof Kinds];

export const kinds: Readonly<Record<string, Kind<unknown>>> = byName;
/** In the order in which they are tried. */
export const fallbacks = Object.entries({ profile, agency });

const names = Object.keys(kinds);

/** `credentials` of a workspace: a mapping with one kind. */
export const credentials: Value<CredentialsConfig> = {
  schema: z
    .strictObject(Object.fromEntries(Object.entries(kinds).map(([name, { schema }]) => [name, schema.optional()])))
    .superRefine((given, context) => {
      const found = names.filter((name) => Object.hasOwn(given, name));
      if (found.length === 1) return;
      const message =
        found.length === 0
          ? `needs one of ${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
          : `must have exactly one kind, not ${found.join(' and ')}`;
      context.addIssue({ code: 'custom', message });
    }, always)
    .meta({ values: 'one of the kinds below' }),
  read: (checked) => {
    const [[kind, given] = ['']] = Object.entries(checked as object);
    return Object.assign({ kind }, kinds[kind]?.read(given)) as CredentialsConfig;
  },
  show: ({ kind, ...value }) => ({ [kind]: kinds[kind]?.show(value) }),
};
