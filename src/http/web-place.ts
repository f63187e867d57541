/** `--web.external-url` and `--web.route-prefix`: where the exporter is reached, and below which path it answers. */

/** `https://soc.example.org/secmaster`, without the slashes at its end; null for any other form. A user or a query might be a secret. */
export function parseExternalUrl(text: string): string | null {
  const url = withoutEnd(text);
  const path = /^https?:\/\/[^\s/?#@\\]+((?:\/[\w.~-]+)*)$/i.exec(url)?.[1];
  return path !== undefined && isAsWritten(path) && URL.canParse(url) ? url : null;
}

/** `/secmaster`, or empty for none; null where it is no path. */
export function parseRoutePrefix(text: string): string | null {
  const path = `/${withoutEnd(text).replace(/^\/+/, '')}`;
  if (path === '/') return '';
  return /^(\/[\w.~-]+)+$/.test(path) && isAsWritten(path) ? path : null;
}

/** The path of an external URL, likewise. */
export function pathOf(externalUrl: string): string {
  return withoutEnd(new URL(externalUrl).pathname);
}

const withoutEnd = (text: string) => text.replace(/\/+$/, '');

/** Dots would be resolved by who asks. */
const isAsWritten = (path: string) => path === '' || new URL(path, 'http://x').pathname === path;
