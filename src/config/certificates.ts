import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContextOptions } from 'node:tls';

/** What is wrong with certificates and keys in PEM form, before a server uses them. Nothing of a key is repeated. */

export type Certificates = { readonly certificates: readonly X509Certificate[] } | { readonly problem: string };

/** All certificates of a text. What is between them, such as their description by openssl, doesn't matter. */
export function readCertificates(pem: string): Certificates {
  if (pem.trim() === '') return { problem: 'is empty' };
  const begins = pem.match(/-----BEGIN (X509 |TRUSTED )?CERTIFICATE-----/g)?.length ?? 0;
  const blocks = pem.match(/-----BEGIN (X509 |TRUSTED )?CERTIFICATE-----[^-]*-----END \1CERTIFICATE-----/g) ?? [];
  if (begins === 0) {
    const isKey = pem.includes('PRIVATE KEY-----');
    return { problem: isKey ? 'contains a private key, not a certificate' : 'contains no certificate in PEM form' };
  }
  if (blocks.length < begins) return { problem: 'contains a certificate that is cut off' };
  try {
    return { certificates: blocks.map((block) => new X509Certificate(block)) };
  } catch {
    return { problem: 'contains a certificate that cannot be read' };
  }
}

/** null: the key is one, and it is that of the certificate. */
export function keyProblem(pem: string, certificate: X509Certificate): string | null {
  if (pem.trim() === '') return 'is empty';
  if (!pem.includes('PRIVATE KEY-----'))
    return pem.includes('CERTIFICATE-----')
      ? 'contains a certificate, not a private key'
      : 'contains no private key in PEM form';
  if (/-----BEGIN ENCRYPTED|Proc-Type: *4,ENCRYPTED/.test(pem))
    return 'is encrypted; use a key without a passphrase, as openssl pkey -in OLD -out NEW writes it';
  try {
    return certificate.checkPrivateKey(createPrivateKey(pem)) ? null : 'does not belong to the certificate';
  } catch {
    return 'contains a private key that cannot be read; it may be cut off';
  }
}

/** null: clients agree on signatures of this kind of key. OpenSSL loads others too, but then no handshake succeeds. */
export function kindProblem({ publicKey }: Pick<X509Certificate, 'publicKey'>): string | null {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = publicKey;
  const kind = details?.namedCurve ?? type ?? 'unknown';
  const isUsual = ['rsa', 'rsa-pss', 'ed25519', 'ed448', 'prime256v1', 'secp384r1', 'secp521r1'].includes(kind);
  return isUsual
    ? null
    : `has a key of the kind ${kind}, which TLS does not use; use RSA, P-256, P-384, P-521 or Ed25519`;
}

/** null: a server can be made of them. The last word is OpenSSL's, which refuses weak keys, for example. */
export function contextProblem(options: SecureContextOptions): string | null {
  try {
    createSecureContext(options);
    return null;
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^.*:/, '').trim() : 'for an unknown reason';
    return `cannot be used for TLS: ${reason}`;
  }
}

/** null: it is valid now. */
export function validityWarning({ validFrom, validTo }: X509Certificate, nowMs: number): string | null {
  if (Date.parse(validTo) < nowMs) return `has expired on ${day(validTo)}`;
  if (Date.parse(validFrom) > nowMs) return `is not valid before ${day(validFrom)}`;
  return null;
}

function day(text: string): string {
  return new Date(text).toISOString().slice(0, 10);
}
