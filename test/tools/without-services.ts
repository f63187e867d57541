import { existsSync, lstatSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** Debian starts a service that it installs, unless this program answers 101. */
const policyFile = '/usr/sbin/policy-rc.d';
const noServices = `#!/bin/sh
# Written while the tests of secmaster-exporter install packages.
exit 101
`;

/**
 * Does the work while Debian starts no service, and puts the policy of before back, whatever comes of the work.
 * What a killed run has left behind is put back first.
 */
export async function withoutServices<T>(work: () => Promise<T>, file = policyFile): Promise<T> {
  const aside = `${file}.aside`;
  const putBack = () => {
    if (existsSync(file) && readFileSync(file, 'utf8') === noServices) rmSync(file);
    if (isThere(aside)) renameSync(aside, file);
  };
  putBack();
  if (isThere(file)) renameSync(file, aside);
  try {
    writeFileSync(file, noServices, { mode: 0o755 });
    return await work();
  } finally {
    putBack();
  }
}

/** A dangling link is there too. */
function isThere(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
}
