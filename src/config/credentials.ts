import { z } from 'zod';
import { Secret } from '../model/secret.ts';
import type { CredentialsConfig } from './config.ts';
import { defaultMetadataEndpoint } from './endpoints.ts';
import { credential, credentialFile, metadataOrigin, section, text } from './fields.ts';
import { defaultProfile, readProfile } from './profile.ts';

/** `credentials` of a workspace: one kind, each secret either written there or in a file of its own. */

const plain = (content: string) => content;
const sealed = (content: string) => new Secret(content);

/** Checks between keys run even where a value is wrong, so that all problems are told at once. */
const always = {
  when: ({ value }: { readonly value: unknown }) => typeof value === 'object' && value !== null,
};

const akSk = z
  .strictObject({
    ak: credential('key', plain).optional(),
    ak_file: credentialFile('key').optional(),
    sk: credential('key', sealed).optional(),
    sk_file: credentialFile('key').optional(),
    security_token: credential('key', sealed).optional(),
    security_token_file: credentialFile('key').optional(),
  })
  .superRefine((given, context) => {
    keepOne(given, ['ak', 'ak_file'], context);
    keepOne(given, ['sk', 'sk_file'], context);
    if ('security_token' in given) keepOne(given, ['security_token', 'security_token_file'], context);
  }, always)
  .transform((given): CredentialsConfig => {
    const [ak, sk] = [given.ak ?? given.ak_file, given.sk ?? given.sk_file];
    // keepOne has refused it.
    if (ak === undefined || sk === undefined) return z.NEVER;
    return { kind: 'ak_sk', ak, sk, securityToken: given.security_token ?? given.security_token_file ?? null };
  });

const password = z
  .strictObject({
    domain: text,
    user: text,
    password: credential('password', sealed).optional(),
    password_file: credentialFile('password').optional(),
  })
  .superRefine((given, context) => keepOne(given, ['password', 'password_file'], context), always)
  .transform((given): CredentialsConfig => {
    const secret = given.password ?? given.password_file;
    if (secret === undefined) return z.NEVER;
    return { kind: 'password', domain: given.domain, user: given.user, password: secret };
  });

const token = z
  .strictObject({ token_file: credentialFile('key') })
  .transform(({ token_file }): CredentialsConfig => ({ kind: 'token', token: token_file }));

const agency = section({ endpoint: metadataOrigin.prefault(defaultMetadataEndpoint) }).transform(
  ({ endpoint }): CredentialsConfig => ({ kind: 'agency', endpoint }),
);

const profile = section({
  file: text.prefault(defaultProfile.file),
  section: text.prefault(defaultProfile.section),
}).transform((address, context): CredentialsConfig => {
  const read = readProfile(address);
  if ('problem' in read) context.addIssue({ code: 'custom', path: ['file'], message: read.problem });
  return { kind: 'profile', ...address };
});

export const credentials = z
  .strictObject({
    ak_sk: akSk.optional(),
    password: password.optional(),
    token: token.optional(),
    agency: agency.optional(),
    profile: profile.optional(),
  })
  .superRefine((given, context) => {
    const kinds = Object.keys(given);
    if (kinds.length === 1) return;
    const message =
      kinds.length === 0
        ? 'needs one of ak_sk, password, token, agency and profile'
        : `takes one kind only, not ${kinds.join(' and ')}`;
    context.addIssue({ code: 'custom', message });
  }, always)
  .transform(
    (given): CredentialsConfig =>
      given.ak_sk ?? given.password ?? given.token ?? given.agency ?? given.profile ?? z.NEVER,
  )
  .meta({ values: 'one of the kinds below' });

function keepOne(given: object, [inline, file]: readonly [string, string], context: z.RefinementCtx): void {
  const isInline = inline in given;
  if (isInline && file in given)
    context.addIssue({ code: 'custom', path: [file], message: `stands beside ${inline}; keep one` });
  if (!isInline && !(file in given))
    context.addIssue({ code: 'custom', path: [inline], message: `is missing; give it or ${file}` });
}
