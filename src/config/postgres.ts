import type { z } from 'zod';
import { needsOwnCa, passwordsIn, readAddress, shownUrl } from '../model/postgres-address.ts';
import { Secret } from '../model/secret.ts';
import { type CredentialFile, readCredentialFile } from './credentials/credential-file.ts';
import { credentialFile } from './credentials/secret-key.ts';
import { field, notText } from './fields.ts';
import { type Checked, described, type Key } from './mapping.ts';
import { type CaFile, caFile } from './route.ts';

/** A PostgreSQL database, in the place of the SQLite file. */
export interface PostgresConfig {
  /** As libpq writes it. */
  readonly url: Secret;
  /** Where the URL was read; null: in the configuration itself. */
  readonly urlFile: string | null;
  /** Read for each new connection; null: there is none, or it is in the URL. */
  readonly passwordFile: CredentialFile | null;
  /** Path of a PEM file, read for each new connection; null: the public CAs. */
  readonly caFile: string | null;
}

const url = field(
  (value, refuse) => {
    const url = typeof value === 'string' ? sealed(value) : notText;
    return url instanceof Secret ? url : refuse(url);
  },
  { values: 'URL, `postgresql://USER@HOST:PORT/DATABASE`', isShown: false },
);

interface UrlFile {
  readonly url: Secret;
  readonly path: string;
}

const urlFile = field(
  async (path, refuse): Promise<UrlFile> => {
    if (typeof path !== 'string') return refuse(notText);
    const file = await readCredentialFile({ path, form: 'password' });
    if ('problem' in file) return refuse(file.problem);
    const found = sealed(file.text);
    return found instanceof Secret ? { url: found, path } : refuse(`the URL in this file ${found}`);
  },
  { values: 'path of a file', isShown: false },
);

/** The keys of a database; null: none of them is given. */
export const postgres: Key<PostgresConfig | null> = {
  shape: {
    url: described(url.schema.optional(), {
      meaning:
        'a PostgreSQL database for the ledger, instead of `path`: several replicas share one count. A change needs a restart',
      variable: 'SECMASTER_STATE_URL',
    }),
    url_file: described(urlFile.schema.optional(), { meaning: 'or a file with the URL' }),
    password_file: described(credentialFile('password').schema.optional(), {
      meaning: "file with the password of the URL's user, read again for each new connection",
    }),
    ca_file: described(caFile.schema.optional(), {
      meaning: "PEM file with the CA of the database's certificate, read again for each new connection",
    }),
  },
  isRequired: false,
  check: checkDatabase,
  read: (checked) => {
    const inFile = checked.url_file as UrlFile | undefined;
    const url = (checked.url as Secret | undefined) ?? inFile?.url;
    if (url === undefined) return null;
    return {
      url,
      urlFile: inFile?.path ?? null,
      passwordFile: (checked.password_file as CredentialFile | undefined) ?? null,
      caFile: (checked.ca_file as CaFile | undefined)?.path ?? null,
    };
  },
  show: (value) => {
    if (value === null) return {};
    const { url, urlFile, passwordFile, caFile } = value;
    return {
      ...(urlFile === null ? { url: shownUrl(url.reveal()) } : { url_file: urlFile }),
      ...(passwordFile === null ? {} : { password_file: passwordFile.path }),
      ...(caFile === null ? {} : { ca_file: caFile }),
    };
  },
};

/** `given` has also what was refused, so its values may be anything. */
function checkDatabase(given: object, context: z.RefinementCtx): void {
  const checked: Checked = { ...given };
  const refuse = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message });
  const place = ['url', 'url_file'].find((key) => key in given);
  if (place === undefined) {
    for (const key of ['password_file', 'ca_file'])
      if (key in given) refuse(key, 'is only for PostgreSQL, and state.url is missing; set it, or remove this key');
    return;
  }
  if ('url' in given && 'url_file' in given) refuse('url_file', 'conflicts with state.url; keep one of them');
  if ('path' in given) refuse(place, 'is PostgreSQL, and state.path is an SQLite file; keep one of them');
  const found = checked.url instanceof Secret ? checked.url : (checked.url_file as UrlFile | undefined)?.url;
  if (found instanceof Secret && !('ca_file' in given) && readAddress(found.reveal()).tls === 'chain')
    refuse(place, needsOwnCa);
  if ('password_file' in given && found instanceof Secret && passwordsIn(found.reveal()).length > 0)
    refuse('password_file', 'conflicts with the password in the URL; keep one of them');
}

/** The URL, or what is wrong with it. */
function sealed(text: string): Secret | string {
  const url = text.trim();
  try {
    readAddress(url);
    return new Secret(url, passwordsIn(url));
  } catch (error) {
    return (error as Error).message;
  }
}
