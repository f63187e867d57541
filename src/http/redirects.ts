import type { Env, Hono } from 'hono';
import { pathOf } from './web-place.ts';

export interface Redirects {
  readonly routePrefix: string;
  readonly externalUrl: string;
  /** Of the runbooks and documents. */
  readonly documents: Iterable<string>;
}

/** Leads to the pages who asks without the route prefix, or without the last slash, which relative links need. */
export function redirect<E extends Env>(app: Hono<E>, { routePrefix, externalUrl, documents }: Redirects): void {
  const paths = [...documents];
  for (const folder of paths.filter((path) => path.endsWith('/'))) {
    const name = folder.slice(1, -1);
    app.get(`${routePrefix}/${name}`, (c) => c.redirect(`${name}/`));
  }
  if (routePrefix === '') return;
  app.get('/', (c) => c.redirect(`${routePrefix}/`));
  const outside = externalUrl === '' ? routePrefix : pathOf(externalUrl);
  app.get(routePrefix, (c) => c.redirect(`${outside}/`));
  // A rule that knows only the address of a scrape knows no prefix.
  for (const path of paths) app.get(path, (c) => c.redirect(`${routePrefix}${path}`));
}
