import { type Operation, SecMasterError } from './errors.ts';

/** A request that got no answer. Only the error's code is used: its text may hold more than one wants to read in a log. */
export function networkError(operation: Operation, host: string, error: unknown): SecMasterError {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
  return new SecMasterError(
    'network',
    operation,
    `no answer from ${host}${code === null ? '' : ` (${code})`}: ${advice(code)}`,
    {
      code,
    },
  );
}

function advice(code: string | null): string {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'the host is not known to DNS: check region and endpoint';
  if (code !== null && isCertificateCode(code)) {
    return 'its certificate is not trusted: check endpoint, or trust the CA of the proxy in between with NODE_EXTRA_CA_CERTS';
  }
  if (code === 'UND_ERR_INVALID_ARG')
    return 'the request cannot be written: is there a line break in a credential or an id?';
  if (code?.startsWith('UND_ERR_PRX') === true) return 'the proxy refuses: check the proxy settings';
  return 'check the network, firewall and proxy on the way';
}

function isCertificateCode(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ISSUER|ALTNAME/.test(code);
}
