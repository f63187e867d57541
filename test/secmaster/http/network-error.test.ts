import { expect, test } from 'vitest';
import { networkError } from '../../../src/secmaster/http/network-error.ts';

const errorOf = (code: string, proxy: string | null = null) =>
  networkError('list_instances', 'example.com', Object.assign(new Error('S3CRET-TOKEN'), { code }), proxy);

test.each([
  ['ENOTFOUND', 'the host name cannot be resolved: check region, endpoint and DNS'],
  ['EMFILE', 'too many files and connections are open: raise the limit of open files (LimitNOFILE, ulimit -n)'],
  ['UND_ERR_INVALID_ARG', 'the request is invalid: check credentials and ids for line breaks'],
  ['CERT_HAS_EXPIRED', "its certificate has expired: have it renewed, and check this machine's clock"],
  ['CERT_NOT_YET_VALID', "its certificate is not valid yet: check this machine's clock"],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is for another host: check endpoint'],
  [
    'SELF_SIGNED_CERT_IN_CHAIN',
    "its certificate is not trusted: check endpoint, or trust your own or your proxy's CA with tls.ca_file or NODE_EXTRA_CA_CERTS",
  ],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'it does not answer with TLS there: check endpoint and its port'],
  ['ECONNREFUSED', 'check network, firewall and proxy'],
])('no response because of %s: %s', (code, advice) => {
  const message = `list_instances: no response from example.com (${code}): ${advice}`;
  expect(errorOf(code)).toMatchObject({ kind: 'network', code, httpStatus: null, message });
});

test('through a proxy, a certificate may be that of the proxy', () => {
  expect(errorOf('CERT_HAS_EXPIRED', 'proxy:3128').message).toBe(
    "list_instances: no response from example.com through the proxy proxy:3128 (CERT_HAS_EXPIRED): its certificate, or the proxy's, has expired: have it renewed, and check this machine's clock",
  );
});
