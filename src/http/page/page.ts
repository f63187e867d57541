import { html } from 'hono/html';
import type { FailuresSince, Status } from '../status.ts';
import { duration, join, name } from './format.ts';
import { playbooksSection } from './playbooks.ts';
import { profilesSection } from './profiles.ts';
import { runsSections } from './runs.ts';
import { pollsSection, workspacesSection } from './workspaces.ts';

export interface PageParts {
  readonly telemetryPath: string;
  readonly failuresSince: FailuresSince | null;
}

/** The status page. The status is served as JSON as well. All links are relative: a proxy may change what stands before them. */
export function page(status: Status, { telemetryPath, failuresSince }: PageParts) {
  return html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>${title(status)}</title>
  <link rel="stylesheet" href="-/status.css">
  <link rel="icon" href="data:,">
  <script src="-/status.js" defer></script>
</head>
<body>
  <header>
    <h1>secmaster-exporter <small>${status.version}</small></h1>
    <nav aria-label="Links">
      <a href=".${telemetryPath}">Metrics</a>
      <a href="api/v1/status">Status as JSON</a>
      <a href="-/ready">Ready</a>
      <a href="runbooks/">Runbooks</a>
      <a href="docs/">Documentation</a>
    </nav>
  </header>
  <main>
    <p class="summary">${summary(status)}</p>${replicas(status)}
    ${workspacesSection(status.workspaces)}
    ${runsSections(status, failuresSince)}
    ${playbooksSection(status.workspaces)}
    ${pollsSection(status.workspaces)}
    ${profilesSection(status.workspaces)}
    ${configurationSection(status)}
  </main>
</body>
</html>
`;
}

function configurationSection({ configuration }: Status) {
  return html`<section aria-labelledby="configuration">
  <h2 id="configuration">Configuration in force</h2>
  <details id="configuration-text">
    <summary>Show with all defaults</summary>
    <pre tabindex="0">${configuration}</pre>
  </details>
</section>`;
}

function replicas({ replica, other_replicas: others = [] }: Status) {
  if (replica === undefined) return '';
  const each = others.map(({ replica: other, scraped_seconds_ago: ago }) => [
    html`${name(other)} (${ago === null ? 'not scraped yet' : `scraped ${duration(ago)} ago`})`,
  ]);
  return html`
    <p class="replicas">This replica is ${name(replica)}. ${others.length === 0 ? 'No other one lives.' : html`Others: ${join(each.flat())}.`}</p>`;
}

function title({ workspaces }: Status): string {
  const failing = workspaces.filter(({ state }) => state === 'failing').length;
  return failing === 0 ? 'secmaster-exporter' : `(${failing} failing) secmaster-exporter`;
}

function summary({ workspaces }: Status): string {
  const count = (wanted: string) => workspaces.filter(({ state }) => state === wanted).length;
  const parts = [
    `${workspaces.length} ${workspaces.length === 1 ? 'workspace' : 'workspaces'}`,
    `${count('succeeding')} up`,
    ...(['failing', 'starting'] as const).flatMap((state) => (count(state) > 0 ? [`${count(state)} ${state}`] : [])),
  ];
  return `${parts.join(', ')}.`;
}
