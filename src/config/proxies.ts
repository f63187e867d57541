import type { Problem } from './problems.ts';

/** The usual proxy variables. They are only checked here: undici reads them itself, and throws if they are wrong. */

const variables = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'];

/** Their values aren't shown, because they may contain a password. */
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
