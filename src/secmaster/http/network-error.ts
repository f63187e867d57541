import { type Operation, SecMasterError } from './errors.ts';

/**
 * A request without a response. Only the error's code and a proxy's status are used, because its text may contain more than a log
 * should show.
 *
 * @param proxy host and port of the proxy on the way; null: none
 */
export function networkError(
  operation: Operation,
  host: string,
  error: unknown,
  proxy: string | null = null,
): SecMasterError {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
  const cause = (proxy === null ? null : proxyStatus(error)) ?? code;
  const way = proxy === null ? '' : ` through the proxy ${proxy}`;
  const shown = cause === null ? '' : ` (${cause})`;
  const advice = proxy === null ? directAdvice(cause) : proxyAdvice(cause);
  return new SecMasterError('network', operation, `no response from ${host}${way}${shown}: ${advice}`, { code });
}

/** As undici tells it, with an HTTP tunnel and without. */
function proxyStatus(error: unknown): string | null {
  const text = error instanceof Error ? error.message : '';
  const [, tunnel, plain] = /^Proxy response \((\d{3})\)|^Proxy Authentication Required \((407)\)/.exec(text) ?? [];
  return tunnel ?? plain ?? null;
}

/** @param cause the proxy's HTTP status, or the code of an error */
function proxyAdvice(cause: string | null): string {
  const known = cause ?? '';
  if (known === '407' || known.startsWith('UND_ERR_SOCKS5_AUTH'))
    return 'check the user and password of proxy_url, HTTPS_PROXY or HTTP_PROXY';
  // The second reply of RFC 1928: not allowed by ruleset.
  if (/^[1-4]\d\d$|^UND_ERR_SOCKS5_REPLY_2$/.test(known)) return 'the proxy refused to connect; allow the host there';
  if (/^5\d\d$|^UND_ERR_SOCKS5_REPLY/.test(known))
    return 'the proxy could not connect; check that it works and that it reaches the host';
  if (known === 'UND_ERR_PRX_TLS')
    return "the proxy's certificate is not of its host: check proxy_url, HTTPS_PROXY or HTTP_PROXY";
  return (
    certificateAdvice(known, "its certificate, or the proxy's,") ??
    'check proxy_url, HTTPS_PROXY, HTTP_PROXY and NO_PROXY, and whether the proxy works'
  );
}

function directAdvice(code: string | null): string {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return 'the host name cannot be resolved: check region, endpoint and DNS';
  if (code === 'EMFILE' || code === 'ENFILE')
    return 'too many files and connections are open: raise the limit of open files (LimitNOFILE, ulimit -n)';
  if (code === 'UND_ERR_INVALID_ARG') return 'the request is invalid: check credentials and ids for line breaks';
  if (code?.startsWith('ERR_SSL_')) return 'it does not answer with TLS there: check endpoint and its port';
  return certificateAdvice(code ?? '', 'its certificate') ?? 'check network, firewall and proxy';
}

/** null: nothing is wrong with a certificate. */
function certificateAdvice(code: string, certificate: string): string | null {
  if (code === 'CERT_HAS_EXPIRED') return `${certificate} has expired: have it renewed, and check this machine's clock`;
  if (code === 'CERT_NOT_YET_VALID') return `${certificate} is not valid yet: check this machine's clock`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return `${certificate} is for another host: check endpoint`;
  if (!/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ISSUER/.test(code)) return null;
  return `${certificate} is not trusted: check endpoint, or trust your own or your proxy's CA with tls.ca_file or NODE_EXTRA_CA_CERTS`;
}
