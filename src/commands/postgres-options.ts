import { readCredentialFile } from '../config/credentials/credential-file.ts';
import type { PostgresConfig } from '../config/postgres.ts';
import { readTextFile } from '../config/text-file.ts';
import type { PostgresOptions } from '../ledger/postgres/store.ts';
import { Secret } from '../model/secret.ts';

/** How a configured database is reached. Its password and its CA are read again whenever they are asked for. */
export function postgresOptions({
  url,
  passwordFile,
  caFile,
}: PostgresConfig): Pick<PostgresOptions, 'url' | 'password' | 'ca'> {
  return {
    url: url.reveal(),
    password:
      passwordFile === null
        ? null
        : async () => {
            const { text } = orThrow('state.password_file', await readCredentialFile(passwordFile));
            // Sealed, so that it is in no log line.
            return new Secret(text).reveal();
          },
    ca: caFile === null ? null : async () => orThrow('state.ca_file', await readTextFile(caFile)).text,
  };
}

function orThrow(key: string, read: { readonly text: string } | { readonly problem: string }) {
  if ('problem' in read) throw new Error(`${key}: ${read.problem}`);
  return read;
}
