import { readTextFile } from '../text-file.ts';

/** What may stand in a credential, and credentials that stand in files of their own. */

export type CredentialForm = 'key' | 'password';

/** A file that holds one credential and nothing else. It is read anew whenever the credential is needed. */
export interface CredentialFile {
  readonly path: string;
  readonly form: CredentialForm;
}

const maxBytes = 65_536;

/** The credential, without one newline at its end. */
export function readCredentialFile({
  path,
  form,
}: CredentialFile): { readonly text: string } | { readonly problem: string } {
  const file = readTextFile(path, maxBytes);
  if ('problem' in file) return file;
  const text = file.text.replace(/\r?\n$/, '');
  if (text === '') return { problem: 'is an empty file' };
  const problem = credentialProblem(text, form);
  return problem === null ? { text } : { problem };
}

/** null: none. */
export function credentialProblem(text: string, form: CredentialForm): string | null {
  const { pattern, message } = forms[form];
  return pattern.test(text) ? null : message;
}

const forms = {
  /** What may stand in an HTTP header. */
  key: { pattern: /^[\x21-\x7e]+$/, message: 'must be one word of ASCII letters, digits and signs' },
  password: { pattern: /\S/, message: 'must not be blank' },
};
