import { readTextFile } from '../text-file.ts';
import { isQuoted, quotedMessage } from '../variables.ts';

/** What a credential may contain, and credentials in files of their own. */

export type CredentialForm = 'key' | 'password';

/** A file with one credential and nothing else. It is read again whenever the credential is needed. */
export interface CredentialFile {
  readonly path: string;
  readonly form: CredentialForm;
}

/** The credential, without a newline at its end. */
export async function readCredentialFile({
  path,
  form,
}: CredentialFile): Promise<{ readonly text: string } | { readonly problem: string }> {
  const file = await readTextFile(path);
  if ('problem' in file) return { problem: file.problem };
  const text = file.text.replace(/\r?\n$/, '');
  if (text === '') return { problem: 'the file is empty' };
  const problem = credentialProblem(text, form);
  return problem === null ? { text } : { problem };
}

/** null: no problem. */
export function credentialProblem(text: string, form: CredentialForm): string | null {
  // A password may begin and end with quotes.
  if (form === 'key' && isQuoted(text)) return quotedMessage;
  const { pattern, message } = forms[form];
  return pattern.test(text) ? null : message;
}

const forms = {
  /** What an HTTP header may contain. */
  key: { pattern: /^[\x21-\x7e]+$/, message: 'must be a single word of printable ASCII characters' },
  password: { pattern: /\S/, message: 'must not be blank' },
};
