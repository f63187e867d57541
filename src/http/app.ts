import { Hono } from 'hono';
import { html } from 'hono/html';
import type { Exposition } from '../metrics/exposition.ts';
import type { WorkspaceReport } from '../model/report.ts';

export interface AppParts {
  readonly exposition: Pick<Exposition, 'contentType' | 'text'>;
  readonly reports: () => readonly WorkspaceReport[];
  /** Where the exposition is served, `/metrics` by default. */
  readonly telemetryPath: string;
  readonly version: string;
}

/** What the exporter answers over HTTP. It only hands out what polls have left: nothing here asks SecMaster. */
export function createApp({ exposition, reports, telemetryPath, version }: AppParts): Hono {
  const app = new Hono();

  app.get(telemetryPath, async (c) => c.body(await exposition.text(), 200, { 'Content-Type': exposition.contentType }));
  app.get('/-/healthy', (c) => c.text('secmaster-exporter is healthy.\n'));
  app.get('/-/ready', (c) => {
    const waiting = reports().filter(({ polls }) => polls.last === null);
    if (waiting.length === 0) return c.text('secmaster-exporter is ready.\n');
    return c.text(`not polled yet: ${waiting.map(({ workspace }) => workspace).join(', ')}\n`, 503);
  });
  app.get('/', (c) => c.html(page(reports(), telemetryPath, version)));

  return app;
}

function page(reports: readonly WorkspaceReport[], telemetryPath: string, version: string) {
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>secmaster-exporter</title>
  </head>
  <body>
    <h1>secmaster-exporter ${version}</h1>
    <p><a href="${telemetryPath}">Metrics</a></p>
    <table>
      <thead>
        <tr><th>Workspace</th><th>Last poll</th><th>State</th></tr>
      </thead>
      <tbody>
        ${reports.map(
          ({ workspace, polls: { last } }) => html`<tr>
          <td>${workspace}</td>
          <td>${last === null ? 'none yet' : new Date(last.endedMs).toISOString()}</td>
          <td>${last === null ? '' : (last.error ?? 'succeeded')}</td>
        </tr>`,
        )}
      </tbody>
    </table>
  </body>
</html>
`;
}
