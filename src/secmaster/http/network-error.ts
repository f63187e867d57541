import { type Operation, SecMasterError } from './errors.ts';

/** A request without a response. Only the error's code is used, because its text may contain more than a log should show. */
export function networkError(operation: Operation, host: string, error: unknown): SecMasterError {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
  return new SecMasterError(
    'network',
    operation,
    `no response from ${host}${code === null ? '' : ` (${code})`}: ${advice(code)}`,
    {
      code,
    },
  );
}

function advice(code: string | null): string {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return 'the host name cannot be resolved: check region, endpoint and DNS';
  if (code !== null && isCertificateCode(code)) {
    return "its certificate is not trusted: check endpoint, or trust your proxy's CA with NODE_EXTRA_CA_CERTS";
  }
  if (code === 'UND_ERR_INVALID_ARG') return 'the request is invalid: check credentials and ids for line breaks';
  if (code?.startsWith('UND_ERR_PRX') === true) return 'the proxy refused the connection: check the proxy settings';
  return 'check network, firewall and proxy';
}

function isCertificateCode(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ISSUER|ALTNAME/.test(code);
}
