import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Certificates for 127.0.0.1 in a folder, made with openssl: `NAME.crt` and `NAME.key`, signed by `ca.crt`. */
export function createCertificates(folder: string) {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.crt', '-subj', '/CN=ca');
  const make = (name: string) => {
    const signed = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-addext', 'subjectAltName=IP:127.0.0.1'];
    openssl('req', '-x509', ...key, ...signed, '-keyout', `${name}.key`, '-out', `${name}.crt`, '-subj', `/CN=${name}`);
    return { cert: read(`${name}.crt`), key: read(`${name}.key`) };
  };
  const read = (file: string) => readFileSync(join(folder, file), 'utf8');
  return { make, ca: () => read('ca.crt') };
}
