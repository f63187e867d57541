import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { Secret } from '../model/secret.ts';
import { field, oneOf, text } from './fields.ts';
import { type Finding, findings, type Problem } from './problems.ts';
import { readTextFile } from './text-file.ts';
import { maxFileBytes, readYamlFile } from './yaml-file.ts';

/** The checked web configuration, in the format of Prometheus's exporter-toolkit: TLS, headers and passwords. */
export interface WebConfig {
  readonly tls: TlsConfig | null;
  readonly headers: Readonly<Record<string, string>>;
  /** bcrypt hashes by user; empty: no password is needed. */
  readonly users: ReadonlyMap<string, Secret>;
  /** The files that were read; a change of one of them changes the configuration. */
  readonly files: readonly string[];
}

export interface TlsConfig {
  readonly cert: string;
  readonly key: string;
  /** The CA of client certificates; null: clients need none. */
  readonly clientCa: string | null;
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
  readonly maxVersion: 'TLSv1.2' | 'TLSv1.3';
}

export type LoadedWeb = { readonly web: WebConfig } | { readonly problems: readonly Problem[] };

export const noWebConfig: WebConfig = { tls: null, headers: {}, users: new Map(), files: [] };

/** Reads and checks the file and the files that it names; relative paths are relative to its folder. */
export function loadWebConfig(path: string): LoadedWeb {
  // An editor may empty a file before it writes, which must not remove the passwords for a moment.
  const yaml = readYamlFile(path, 'is empty; write {} for no TLS and no passwords');
  if ('problems' in yaml) return yaml;
  if (yaml.faults.length > 0) return { problems: yaml.faults };
  const parsed = schema.safeParse(yaml.value);
  if (!parsed.success) return { problems: findings(parsed.error, schema, yaml.value).map(yaml.problemAt) };

  const { tls_server_config: tls, http_server_config: http, basic_auth_users: users } = parsed.data;
  const read = tls === undefined ? { tls: null, files: [] } : readTls(tls, dirname(path));
  if ('problems' in read) return { problems: read.problems.map(yaml.problemAt) };
  return {
    web: {
      tls: read.tls,
      headers: http?.headers ?? {},
      users: new Map(Object.entries(users ?? {})),
      files: [path, ...read.files],
    },
  };
}

type TlsSection = NonNullable<z.output<typeof schema>['tls_server_config']>;

function readTls(given: TlsSection, folder: string) {
  const problems: Finding[] = [];
  const files: string[] = [];
  const read = (key: 'cert_file' | 'key_file' | 'client_ca_file', isNeeded: boolean): string | null => {
    const name = given[key];
    if (name === undefined) {
      if (isNeeded) problems.push({ path: ['tls_server_config', key], message: 'is missing' });
      return null;
    }
    const path = resolve(folder, name);
    const file = readTextFile(path, maxFileBytes);
    files.push(path);
    if ('text' in file) return file.text;
    problems.push({ path: ['tls_server_config', key], message: file.problem });
    return null;
  };
  const { client_auth_type: auth, min_version: min, max_version: max } = given;
  const verifies = auth === 'RequireAndVerifyClientCert';
  const [cert, key, clientCa] = [read('cert_file', true), read('key_file', true), read('client_ca_file', verifies)];
  if (clientCa !== null && !verifies)
    problems.push({
      path: ['tls_server_config', 'client_ca_file'],
      message: 'needs client_auth_type: RequireAndVerifyClientCert',
    });
  if (min === 'TLS13' && max === 'TLS12')
    problems.push({ path: ['tls_server_config', 'max_version'], message: 'is older than min_version' });
  if (problems.length > 0 || cert === null || key === null) return { problems };
  const version = (name: 'TLS12' | 'TLS13') => (name === 'TLS12' ? 'TLSv1.2' : 'TLSv1.3');
  const tls: TlsConfig = {
    cert,
    key,
    clientCa,
    minVersion: version(min),
    maxVersion: version(max),
  };
  return { tls, files };
}

const chosenByNode = z
  .custom<undefined>((value) => value === undefined, 'is not supported: Node.js chooses it; remove this key')
  .optional();

/** The headers that the exporter-toolkit allows. */
const headers = z.partialRecord(
  z.enum([
    'Content-Security-Policy',
    'Strict-Transport-Security',
    'X-Content-Type-Options',
    'X-Frame-Options',
    'X-XSS-Protection',
  ]),
  text.schema,
);

const hash = field(
  (value, refuse) => {
    if (typeof value === 'string' && /^\$2[aby]\$(0[4-9]|1[0-6])\$[./A-Za-z0-9]{53}$/.test(value))
      return new Secret(value);
    return refuse('is not a bcrypt hash with a cost of at most 16; create one with htpasswd -nBC 10 "" | tr -d ":\\n"');
  },
  { values: 'bcrypt hash', isShown: false },
);

const schema = z.strictObject({
  tls_server_config: z
    .strictObject({
      cert_file: text.schema.optional(),
      key_file: text.schema.optional(),
      client_ca_file: text.schema.optional(),
      // The other types accept clients without a verified certificate, so they would only look like protection.
      client_auth_type: oneOf('NoClientCert', 'RequireAndVerifyClientCert').schema.prefault('NoClientCert'),
      min_version: oneOf('TLS12', 'TLS13').schema.prefault('TLS12'),
      max_version: oneOf('TLS12', 'TLS13').schema.prefault('TLS13'),
      cipher_suites: chosenByNode,
      curve_preferences: chosenByNode,
      prefer_server_cipher_suites: chosenByNode,
    })
    .optional(),
  http_server_config: z
    .strictObject({
      // Accepted but unused: the exporter serves HTTP/1.1, which Prometheus accepts.
      http2: z.boolean().optional(),
      headers: headers.optional(),
    })
    .optional(),
  basic_auth_users: z.record(z.string().min(1), hash.schema).optional(),
});
