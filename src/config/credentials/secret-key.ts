import type { z } from 'zod';
import { keepKeyId, shownKeyId } from '../../model/known-secrets.ts';
import { Secret } from '../../model/secret.ts';
import { field, notText } from '../fields.ts';
import { type About, type Checked, described, type Key } from '../mapping.ts';
import { type CredentialFile, type CredentialForm, credentialProblem, readCredentialFile } from './credential-file.ts';

/** Keys of credentials, whose value is in the configuration or in its own file: `sk: …` or `sk_file: …`. */

/** What a text may contain, and how the program keeps it. */
interface Kept<T> {
  readonly form: CredentialForm;
  make(text: string): T;
  show(value: T): string;
}

/** The id of an access key: no secret, but no more of it is shown than tells it from others. */
export const keyId: Kept<string> = {
  form: 'key',
  make(text) {
    keepKeyId(text);
    return text;
  },
  show: shownKeyId,
};
export const secretKey: Kept<Secret> = { form: 'key', make: (text) => new Secret(text), show: String };
export const secretPassword: Kept<Secret> = { form: 'password', make: (text) => new Secret(text), show: String };

export function inPlaceOrFile<T>(name: string, kept: Kept<T>, about: About): Key<T | CredentialFile> {
  return pair<T, never>(name, kept, about, true, undefined as never);
}

export function optionalInPlaceOrFile<T>(name: string, kept: Kept<T>, about: About): Key<T | CredentialFile | null> {
  return pair(name, kept, about, false, null);
}

/** A file with a credential. It is only checked here, and read again whenever the credential is needed. */
export function credentialFile(form: CredentialForm) {
  return field(
    async (path, refuse): Promise<CredentialFile> => {
      if (typeof path !== 'string') return refuse(notText);
      const file = await readCredentialFile({ path, form });
      return 'problem' in file ? refuse(file.problem) : { path, form };
    },
    { values: 'path of a file', isShown: false, show: ({ path }) => path },
  );
}

function pair<T, N>(name: string, { form, make, show }: Kept<T>, about: About, isRequired: boolean, none: N) {
  const file = `${name}_file`;
  const inPlace = credential(form, make);
  const inFile = credentialFile(form);
  const fileAbout = {
    meaning: 'or a file with it, read again when it changes',
    ...(about.variable === undefined ? {} : { variable: `${about.variable}_FILE` }),
  };
  return {
    shape: {
      [name]: described(inPlace.schema.optional(), about),
      [file]: described(inFile.schema.optional(), fileAbout),
    },
    isRequired,
    check: (given: object, context: z.RefinementCtx) => {
      if (name in given && file in given)
        context.addIssue({ code: 'custom', path: [file], message: `conflicts with ${name}; keep one of them` });
      if (isRequired && !(name in given) && !(file in given))
        context.addIssue({ code: 'custom', path: [name], message: `is missing; set it or ${file}` });
    },
    read: (checked: Checked) => (checked[name] ?? checked[file] ?? none) as T | CredentialFile | N,
    show: (value: T | CredentialFile | N) => {
      if (value === none) return {};
      return isFile(value) ? { [file]: value.path } : { [name]: show(value as T) };
    },
  };
}

function isFile(value: unknown): value is CredentialFile {
  return typeof value === 'object' && value !== null && 'path' in value;
}

/** Never shown. */
function credential<T>(form: CredentialForm, make: (text: string) => T) {
  return field(
    (value, refuse) => {
      if (typeof value !== 'string') return refuse(notText);
      const problem = credentialProblem(value, form);
      return problem === null ? make(value) : refuse(problem);
    },
    { values: 'text', isShown: false },
  );
}
