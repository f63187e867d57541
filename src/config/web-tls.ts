import { resolve } from 'node:path';
import { contextProblem, keyProblem, kindProblem, readCertificates, validityWarning } from './certificates.ts';
import type { Finding } from './problems.ts';
import type { TextFile } from './text-file.ts';
import type { TlsSection } from './web-schema.ts';

/** Certificate and key, which belong together, and the CA of clients. All of it has been tried out. */
export interface TlsConfig {
  readonly cert: string;
  readonly key: string;
  /** The CA of client certificates; null: clients need none. */
  readonly clientCa: string | null;
  /** The names of which a client's certificate must have one; null: any. */
  readonly clientAllowedSans: readonly string[] | null;
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
  readonly maxVersion: 'TLSv1.2' | 'TLSv1.3';
}

export interface TlsParts {
  readonly tls: TlsConfig;
  readonly warnings: readonly Finding[];
}

interface Reading {
  readonly folder: string;
  readonly read: (path: string) => Promise<TextFile>;
  readonly nowMs: number;
}

/** A PEM text, and the key of the configuration that it comes from. */
interface Pem {
  readonly text: string;
  readonly from: string;
}

/** Reads and checks the section and the files that it names. */
export async function readTls(
  given: TlsSection,
  { folder, read, nowMs }: Reading,
): Promise<TlsParts | { readonly problems: readonly Finding[] }> {
  const problems: Finding[] = [];
  const warnings: Finding[] = [];
  const finding = (key: string, message: string): Finding => ({ path: ['tls_server_config', key], message });

  /** In place or in a file. */
  async function pem(key: 'cert' | 'key' | 'client_ca', isNeeded: boolean): Promise<Pem | null> {
    const fileKey = `${key}_file` as const;
    const { [key]: text, [fileKey]: name } = given;
    if (text !== undefined && name !== undefined)
      problems.push(finding(fileKey, `conflicts with ${key}; keep one of them`));
    else if (text !== undefined) return { text, from: key };
    else if (name !== undefined) {
      const file = await read(resolve(folder, name));
      if ('text' in file) return { text: file.text, from: fileKey };
      problems.push(finding(fileKey, file.problem));
    } else if (isNeeded) problems.push(finding(fileKey, `is missing; set it or ${key}`));
    return null;
  }

  function certificatesOf({ text, from }: Pem) {
    const found = readCertificates(text);
    if ('problem' in found) {
      problems.push(finding(from, found.problem));
      return [];
    }
    const warning = found.certificates.map((one) => validityWarning(one, nowMs)).find((one) => one !== null);
    if (warning !== undefined) warnings.push(finding(from, warning));
    return found.certificates;
  }

  const { client_auth_type: auth, client_allowed_sans: sans = null, min_version: min, max_version: max } = given;
  const verifies = auth === 'RequireAndVerifyClientCert';
  const [cert, key, clientCa] = await Promise.all([pem('cert', true), pem('key', true), pem('client_ca', verifies)]);
  if (!verifies) {
    const needing = clientCa?.from ?? (sans === null ? null : 'client_allowed_sans');
    if (needing !== null) problems.push(finding(needing, 'needs client_auth_type: RequireAndVerifyClientCert'));
  }
  if (min === 'TLS13' && max === 'TLS12') problems.push(finding('max_version', 'is older than min_version'));

  const [leaf] = cert === null ? [] : certificatesOf(cert);
  if (clientCa !== null) certificatesOf(clientCa);
  const wrongKey = key === null || leaf === undefined ? null : keyProblem(key.text, leaf);
  if (key !== null && wrongKey !== null) problems.push(finding(key.from, wrongKey));
  const wrongKind = leaf === undefined ? null : kindProblem(leaf);
  if (cert !== null && wrongKind !== null) problems.push(finding(cert.from, wrongKind));
  if (problems.length > 0 || cert === null || key === null) return { problems };

  const tls: TlsConfig = {
    cert: cert.text,
    key: key.text,
    clientCa: clientCa?.text ?? null,
    clientAllowedSans: sans,
    minVersion: versions[min],
    maxVersion: versions[max],
  };
  const unusable = contextProblem(contextOf(tls));
  return unusable === null ? { tls, warnings } : { problems: [finding(cert.from, unusable)] };
}

const versions = { TLS12: 'TLSv1.2', TLS13: 'TLSv1.3' } as const;

/** As Node.js takes it. */
export function contextOf({ cert, key, clientCa, minVersion, maxVersion }: TlsConfig) {
  return { cert, key, minVersion, maxVersion, ...(clientCa === null ? {} : { ca: clientCa }) };
}
