import { dirname } from 'node:path';
import type { Secret } from '../model/secret.ts';
import { findings, type Problem } from './problems.ts';
import { readTextFile, type TextFile } from './text-file.ts';
import { webSchema } from './web-schema.ts';
import { readTls, type TlsConfig } from './web-tls.ts';
import { readYamlFile } from './yaml-file.ts';

export type { Problem } from './problems.ts';
export { contextOf, type TlsConfig } from './web-tls.ts';

/** The checked web configuration, in the format of Prometheus's exporter-toolkit: TLS, headers and passwords. */
export interface WebConfig {
  readonly tls: TlsConfig | null;
  readonly headers: Readonly<Record<string, string>>;
  /** bcrypt hashes by user; empty: no password is needed. */
  readonly users: ReadonlyMap<string, Secret>;
  /** Of all requests together; null: none. */
  readonly rateLimit: RateLimit | null;
}

/** A token bucket: one request each interval, and so many at once. */
export interface RateLimit {
  readonly intervalMs: number;
  readonly burst: number;
}

export type LoadedWeb = ReadWeb & {
  /** Whether one of the files that were read has another content by now. */
  hasChanged(): Promise<boolean>;
};

export type ReadWeb = GoodWeb | { readonly problems: readonly Problem[] };

export interface GoodWeb {
  readonly web: WebConfig;
  /** What may be meant as it is. */
  readonly warnings: readonly Problem[];
}

export const noWebConfig: WebConfig = { tls: null, headers: {}, users: new Map(), rateLimit: null };

/** Reads and checks the file and the files that it names; relative paths are relative to its folder. */
export async function loadWebConfig(path: string, now: () => number = Date.now): Promise<LoadedWeb> {
  const seen = new Map<string, string>();
  const read = async (file: string) => {
    const content = await readTextFile(file);
    seen.set(file, essence(content));
    return content;
  };
  const hasChanged = async () => {
    for (const [file, before] of seen) if (essence(await readTextFile(file)) !== before) return true;
    return false;
  };
  return { ...(await readWeb(path, read, now())), hasChanged };
}

function essence(file: TextFile): string {
  return 'text' in file ? `text ${file.text}` : `problem ${file.problem}`;
}

async function readWeb(path: string, read: (file: string) => Promise<TextFile>, nowMs: number): Promise<ReadWeb> {
  // An editor may empty a file before it writes, which must not remove the passwords for a moment.
  const yaml = await readYamlFile(path, 'is empty; write {} for no TLS and no passwords', read);
  if ('problems' in yaml) return yaml;
  if (yaml.faults.length > 0) return { problems: yaml.faults };
  const parsed = webSchema.safeParse(yaml.value);
  if (!parsed.success) return { problems: findings(parsed.error, webSchema, yaml.value).map(yaml.problemAt) };

  const { tls_server_config: tls, http_server_config: http, basic_auth_users: users, rate_limit: rate } = parsed.data;
  const secured =
    tls === undefined ? { tls: null, warnings: [] } : await readTls(tls, { folder: dirname(path), read, nowMs });
  if ('problems' in secured) return { problems: secured.problems.map(yaml.problemAt) };
  return {
    web: {
      tls: secured.tls,
      headers: Object.fromEntries(http?.headers ?? []),
      users: users ?? new Map(),
      rateLimit: rate === undefined || rate.interval === 0 ? null : { intervalMs: rate.interval, burst: rate.burst },
    },
    warnings: secured.warnings.map(yaml.problemAt),
  };
}
