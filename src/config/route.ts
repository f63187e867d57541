import { proxySecrets } from '../model/proxy-secrets.ts';
import { Secret } from '../model/secret.ts';
import { readCertificates } from './certificates.ts';
import { field, notText } from './fields.ts';
import { optionalKey, section } from './mapping.ts';
import { isProxy, proxyForm } from './proxies.ts';
import { expandHome, readTextFile } from './text-file.ts';

/** How a workspace's endpoints are reached: whom to trust, and through which proxy. */

export interface CaFile {
  readonly path: string;
  readonly pem: string;
}

export const caFile = field(
  async (value, refuse): Promise<CaFile> => {
    if (typeof value !== 'string') return refuse(notText);
    const file = await readTextFile(value.trim());
    if ('problem' in file) return refuse(file.problem);
    const read = readCertificates(file.text);
    return 'problem' in read ? refuse(read.problem) : { path: expandHome(value.trim()), pem: file.text };
  },
  { values: 'path of a file', isShown: false, show: ({ path }) => path },
);

export const tls = section({
  ca: optionalKey('ca_file', caFile, {
    meaning: 'PEM file with your own CA, such as that of a proxy that intercepts TLS; trusted beside the public ones',
  }),
});

export const proxyUrl = field(
  (value, refuse) => {
    const url = typeof value === 'string' ? value.trim() : '';
    return isProxy(url) ? new Secret(url, proxySecrets(url)) : refuse(proxyForm);
  },
  { values: 'URL of a proxy, `http://`, `https://` or `socks5://`', isShown: false, show: showProxy },
);

/** Without its user and password. */
function showProxy(url: Secret): string {
  const { protocol, host, username } = new URL(url.reveal());
  return `${protocol}//${username === '' ? '' : '<secret>@'}${host}`;
}
