import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import type { Exposition } from '../metrics/exposition.ts';
import type { Bytes } from '../metrics/gzip.ts';
import type { ReplicasReport, WorkspaceReport } from '../model/report.ts';
import { isFromElsewhere } from './cross-origin.ts';
import type { DocumentPage } from './documents/documents.ts';
import { refuseOtherMethods } from './methods.ts';
import { wantedBy } from './negotiate.ts';
import { readQuery } from './page/filter.ts';
import { page } from './page/page.ts';
import { script } from './page/script.ts';
import { style } from './page/style.ts';
import { redirect } from './redirects.ts';
import { failuresSince, statusOf } from './status.ts';
import { headOf, sendPieces } from './write-pieces.ts';

export interface AppParts {
  readonly exposition: Pick<Exposition, 'scrape'>;
  readonly reports: () => readonly WorkspaceReport[];
  /** Where the exposition is served below the route prefix, `/metrics` by default. */
  readonly telemetryPath: string;
  /** What all paths begin with: empty, or like `/secmaster`. */
  readonly routePrefix: string;
  /** Where people reach the exporter; empty: where it listens. */
  readonly externalUrl: string;
  readonly version: string;
  /** Maximum number of failed runs in the status. */
  readonly recentRuns: () => number;
  /** A pattern of links to SecMaster's console; null: none. */
  readonly consoleUrl?: () => string | null;
  /** The configuration in force as YAML, without secrets. */
  readonly configuration: () => string;
  /** Reloads the configuration. The lines are its problems, or the changes that need a restart. */
  readonly reload: () => Promise<{ readonly isApplied: boolean; readonly lines: readonly string[] }>;
  /** Runbooks and documentation by path. */
  readonly documents: ReadonlyMap<string, DocumentPage>;
  /** Why no poll has begun for long; null: polls begin. */
  readonly stall: () => string | null;
  /** null: there are none beside this process. */
  readonly replicas?: () => ReplicasReport | null;
}

/** In-process requests have no bindings. */
type Env = { Bindings: Partial<HttpBindings> };
export type App = Hono<Env>;

/** The exporter's HTTP interface. It serves the results of polls and never calls SecMaster itself. */
export function createApp({
  exposition,
  reports,
  telemetryPath,
  routePrefix,
  externalUrl,
  version,
  recentRuns,
  consoleUrl = () => null,
  configuration,
  documents,
  reload,
  stall,
  replicas = () => null,
}: AppParts): App {
  const app: App = new Hono();
  const at = (path: string) => `${routePrefix}${path}`;

  app.get(at(telemetryPath), async (c) => {
    const { format, encoding, headers } = wantedBy(c.req.header('Accept'), c.req.header('Accept-Encoding'));
    // It is no scrape either: new series stay at 0 until they have been read.
    if (isHead(c)) return c.body(null, 200, { ...headers });
    return send(c, await exposition.scrape(format, encoding), headers);
  });
  app.get(at('/-/healthy'), (c) => c.text('secmaster-exporter is healthy.\n'));
  app.get(at('/-/ready'), (c) => {
    const waiting = reports().filter(({ polls }) => polls.last === null);
    const first = `waiting for the first poll of: ${waiting.map(({ workspace }) => workspace).join(', ')}`;
    const problems = [waiting.length === 0 ? [] : first, stall() ?? []].flat();
    if (problems.length === 0) return c.text('secmaster-exporter is ready.\n');
    return c.text(problems.map((problem) => `${problem}\n`).join(''), 503);
  });
  app.on(['PUT', 'POST'], at('/-/reload'), async (c) => {
    if (isFromElsewhere(c.req.header())) return c.text(`${elsewhere}\n`, 403);
    const { isApplied, lines } = await reload();
    const text = (all: readonly string[]) => all.map((line) => `${line}\n`).join('');
    return isApplied ? c.text(text(['configuration reloaded', ...lines])) : c.text(text(lines), 400);
  });
  const status = () =>
    statusOf(reports(), {
      version,
      configuration: configuration(),
      recentRuns: recentRuns(),
      consoleUrl: consoleUrl(),
      replicas: replicas(),
    });
  app.get(at('/api/v1/status'), (c) =>
    isHead(c) ? c.body(null, 200, { 'Content-Type': 'application/json' }) : c.json(status()),
  );
  app.get(at('/'), (c) => {
    c.header('Content-Security-Policy', policies.status);
    if (isHead(c)) return c.body(null, 200, htmlType);
    const query = readQuery(c.req.query());
    return c.html(page(status(), { telemetryPath, failuresSince: failuresSince(reports()), query }));
  });
  app.get(at('/-/status.css'), (c) => c.body(style, 200, { 'Content-Type': 'text/css; charset=utf-8' }));
  app.get(at('/-/status.js'), (c) => c.body(script, 200, { 'Content-Type': 'text/javascript; charset=utf-8' }));
  for (const [path, { body }] of documents)
    app.get(at(path), async (c) => {
      c.header('Content-Security-Policy', policies.document);
      return isHead(c) ? c.body(null, 200, htmlType) : c.html(await body());
    });
  redirect(app, { routePrefix, externalUrl, documents: documents.keys() });
  refuseOtherMethods(app);
  return app;
}

/** Hono answers it as GET, without the body, which therefore need not be made. */
function isHead(c: Context<Env>): boolean {
  return c.req.method === 'HEAD';
}

const elsewhere =
  'not reloaded: a page of another origin asked for it; a proxy in between must pass on Host or X-Forwarded-Host';

async function send(
  c: Context<Env>,
  pieces: readonly Bytes[],
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  // Hono leaves `env` undefined for in-process requests, whatever its type says.
  const outgoing = c.env?.outgoing;
  if (outgoing === undefined) return c.body(Buffer.concat(pieces), 200, headOf(pieces, headers));
  // Only here: it makes a response, for which Node.js reads all of fetch.
  const { RESPONSE_ALREADY_SENT } = await import('@hono/node-server/utils/response');
  void sendPieces(outgoing, pieces, headers);
  return RESPONSE_ALREADY_SENT;
}

const htmlType = { 'Content-Type': 'text/html; charset=UTF-8' };

const strict = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'";
/** Texts from SecMaster are escaped; if one weren't, the browser would still not run it. */
const policies = {
  status: `${strict}; script-src 'self'; connect-src 'self'; form-action 'self'`,
  document: `${strict}; form-action 'none'`,
};
