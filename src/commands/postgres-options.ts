import { readCredentialFile } from '../config/credentials/credential-file.ts';
import type { PostgresConfig } from '../config/postgres.ts';
import { readTextFile } from '../config/text-file.ts';
import type { PostgresOptions } from '../ledger/postgres/store.ts';
import { Secret } from '../model/secret.ts';

/** What messages call its files. */
const keys = { passwordFile: 'state.password_file', caFile: 'state.ca_file' };

/** How a database is reached. Its password and its CA are read again whenever they are asked for. */
export function postgresOptions(
  { url, passwordFile, caFile }: PostgresConfig,
  names: typeof keys = keys,
): Pick<PostgresOptions, 'url' | 'password' | 'ca'> {
  return {
    url: url.reveal(),
    password:
      passwordFile === null
        ? null
        : async () => {
            const { text } = expectRead(names.passwordFile, await readCredentialFile(passwordFile));
            // Sealed, so that it is in no log line.
            return new Secret(text).reveal();
          },
    ca: caFile === null ? null : async () => expectRead(names.caFile, await readTextFile(caFile)).text,
  };
}

function expectRead(name: string, read: { readonly text: string } | { readonly problem: string }) {
  if ('problem' in read) throw new Error(`${name}: ${read.problem}`);
  return read;
}
