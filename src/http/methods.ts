import type { Env, Hono } from 'hono';

/** What each path takes, as in the header `Allow`. */
export function methodsByPath<E extends Env>(app: Hono<E>): ReadonlyMap<string, string> {
  const routes = app.routes.filter(({ method }) => method !== 'ALL');
  // Hono answers HEAD with the route of GET.
  const allow = (method: string) => (method === 'GET' ? ['GET', 'HEAD'] : [method]);
  const byPath = Map.groupBy(routes, ({ path }) => path);
  return new Map(
    [...byPath].map(([path, all]) => [path, [...new Set(all.flatMap(({ method }) => allow(method)))].join(', ')]),
  );
}

/** Answers 405 to what no route of a path takes. Call it after the last route. */
export function refuseOtherMethods<E extends Env>(app: Hono<E>): void {
  for (const [path, allowed] of methodsByPath(app))
    app.all(path, (c) => c.text(refusal(allowed), 405, { Allow: allowed }));
}

export function refusal(allowed: string): string {
  return `method not allowed; use ${allowed}\n`;
}
