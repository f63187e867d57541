import type { Problem } from './problems.ts';

/** The usual variables of proxies, checked here alone: undici reads them by itself and throws where it can't. */

const variables = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'];

/** What stands in them isn't shown: it may hold a password. */
export function proxyProblems(environment: Readonly<Record<string, string | undefined>>): Problem[] {
  return variables
    .filter((name) => environment[name] && !isProxy(environment[name]))
    .map((path) => ({ file: null, line: null, path, message: 'must be like http://proxy.example.com:3128' }));
}

function isProxy(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.hostname === '' || !/^(https?|socks5?):$/.test(url.protocol)) return false;
  if (!['', '/'].includes(url.pathname + url.search + url.hash)) return false;
  try {
    decodeURIComponent(url.username + url.password);
    return true;
  } catch {
    return false;
  }
}
