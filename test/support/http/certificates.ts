import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAuthority } from './authority.ts';

/** Certificates for 127.0.0.1 in a folder: `NAME.crt` and `NAME.key`, signed by `ca.crt`. */
export function createCertificates(folder: string) {
  const authority = createAuthority();
  const write = (file: string, text: string) => writeFileSync(join(folder, file), text);
  write('ca.crt', authority.ca);
  return {
    make(name: string) {
      const pair = authority.make(name);
      write(`${name}.crt`, pair.cert);
      write(`${name}.key`, pair.key);
      return pair;
    },
    ca: () => authority.ca,
  };
}
