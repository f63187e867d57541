import { parseNoProxy } from './no-proxy.ts';
import { type Problem, shown } from './problems.ts';
import { variableProblem } from './variables.ts';

/** The usual proxy variables. They are only checked here. */

const variables = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'];

export const proxyForm =
  'must be like http://proxy.example.com:3128; in a user and password write %40 for @, and other special characters likewise';

/** The values of proxies aren't shown, because they may contain a password. */
export function proxyProblems(environment: Readonly<Record<string, string | undefined>>): Problem[] {
  const proxies = variables
    .filter((name) => environment[name] && !isProxy(environment[name]))
    .map((name) => variableProblem(name, proxyForm));
  const exceptions = ['NO_PROXY', 'no_proxy'].flatMap((name) =>
    parseNoProxy(environment[name] ?? '').malformed.map((entry) =>
      variableProblem(name, `${shown(entry)} must be a host, an address, or a network like 10.0.0.0/8`),
    ),
  );
  return [...proxies, ...exceptions];
}

export function isProxy(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.hostname === '' || !/^(https?|socks5?):$/.test(url.protocol)) return false;
  // Without a user, the password would not be sent.
  if (url.username === '' && url.password !== '') return false;
  if (!['', '/'].includes(url.pathname + url.search + url.hash)) return false;
  try {
    decodeURIComponent(url.username + url.password);
    return true;
  } catch {
    return false;
  }
}
