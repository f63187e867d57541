import { X509Certificate } from 'node:crypto';
import { Secret } from '../model/secret.ts';
import { field } from './fields.ts';
import { optionalKey, section } from './mapping.ts';
import { isProxy, proxyForm } from './proxies.ts';
import { expandHome, readTextFile } from './text-file.ts';

/** How a workspace's endpoints are reached: whom to trust, and through which proxy. */

export interface CaFile {
  readonly path: string;
  readonly pem: string;
}

/** A bundle of all public CAs has a quarter of it. */
const maxBytes = 1_048_576;

const caFile = field(
  (value, refuse): CaFile => {
    if (typeof value !== 'string') return refuse('must be the path of a file');
    const file = readTextFile(value.trim(), maxBytes);
    if ('problem' in file) return refuse(file.problem);
    return areCertificates(file.text)
      ? { path: expandHome(value.trim()), pem: file.text }
      : refuse('must be a file with certificates in PEM form (-----BEGIN CERTIFICATE-----)');
  },
  { values: 'path of a file', isShown: false, show: ({ path }) => path },
);

function areCertificates(text: string): boolean {
  const blocks = text.match(/-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g) ?? [];
  try {
    return blocks.length > 0 && blocks.every((block) => new X509Certificate(block));
  } catch {
    return false;
  }
}

export const tls = section({
  ca: optionalKey('ca_file', caFile, {
    meaning: 'PEM file with your own CA, such as that of a proxy that intercepts TLS; trusted beside the public ones',
  }),
});

export const proxyUrl = field(
  (value, refuse) =>
    typeof value === 'string' && isProxy(value.trim()) ? new Secret(value.trim()) : refuse(proxyForm),
  { values: 'URL of a proxy, `http://`, `https://` or `socks5://`', isShown: false, show: showProxy },
);

/** Without its user and password. */
function showProxy(url: Secret): string {
  const { protocol, host, username } = new URL(url.reveal());
  return `${protocol}//${username === '' ? '' : '<secret>@'}${host}`;
}
