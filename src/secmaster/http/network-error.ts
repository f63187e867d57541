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
  const shown = code === null ? '' : ` (${code})`;
  const message =
    proxy === null || (code !== null && isCertificateCode(code))
      ? `no response from ${host}${shown}: ${advice(code)}`
      : `no response from ${host} through the proxy ${proxy}${proxyProblem(error, code, shown)}`;
  return new SecMasterError('network', operation, message, { code });
}

/** How undici says it, with HTTP tunnels and without. */
const proxyStatus = /^Proxy response \((\d{3})\)|^Proxy Authentication Required \((407)\)/;

function proxyProblem(error: unknown, code: string | null, shown: string): string {
  const [, tunnel, plain] = proxyStatus.exec(error instanceof Error ? error.message : '') ?? [];
  const status = tunnel ?? plain ?? null;
  if (status === '407') return ' (407): check the user and password of proxy_url, HTTPS_PROXY or HTTP_PROXY';
  if (status !== null) return ` (${status}): the proxy refused to connect; allow the host there`;
  if (code === 'UND_ERR_PRX_TLS')
    return `${shown}: the proxy's certificate is not of its host: check proxy_url, HTTPS_PROXY or HTTP_PROXY`;
  return `${shown}: check proxy_url, HTTPS_PROXY, HTTP_PROXY and NO_PROXY, and whether the proxy works`;
}

function advice(code: string | null): string {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return 'the host name cannot be resolved: check region, endpoint and DNS';
  if (code !== null && isCertificateCode(code))
    return "its certificate is not trusted: check endpoint, or trust your own or your proxy's CA with tls.ca_file or NODE_EXTRA_CA_CERTS";
  if (code === 'EMFILE' || code === 'ENFILE')
    return 'too many files and connections are open: raise the limit of open files (LimitNOFILE, ulimit -n)';
  if (code === 'UND_ERR_INVALID_ARG') return 'the request is invalid: check credentials and ids for line breaks';
  return 'check network, firewall and proxy';
}

function isCertificateCode(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ISSUER|ALTNAME/.test(code);
}
