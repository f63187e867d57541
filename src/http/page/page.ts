import { html } from 'hono/html';
import type { FailuresSince, Status } from '../status.ts';
import { filterForm, type Query } from './filter.ts';
import { meaningsSection } from './meanings.ts';
import { playbooksSection } from './playbooks.ts';
import { profilesSection } from './profiles.ts';
import { runsSections } from './runs.ts';
import { shortVerdict, verdictSection } from './verdict.ts';
import { pollsSection, workspacesSection } from './workspaces.ts';

export interface PageParts {
  readonly telemetryPath: string;
  readonly failuresSince: FailuresSince | null;
  readonly query: Query;
}

/** The status page. The status is served as JSON as well. All links are relative: a proxy may change what stands before them. */
export function page(status: Status, { telemetryPath, failuresSince, query }: PageParts) {
  const short = shortVerdict(status);
  return html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>${short === '' ? '' : `(${short}) `}secmaster-exporter</title>
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
    <p id="stale" role="status" hidden></p>
    <div id="verdict-part" data-live>${verdictSection(status)}</div>
    ${filterForm(query)}
    <div id="lists" data-live>
    ${playbooksSection(status.workspaces, query)}
    ${runsSections(status, failuresSince, query)}
    ${workspacesSection(status.workspaces)}
    ${pollsSection(status.workspaces)}
    ${profilesSection(status.workspaces)}
    ${meaningsSection()}
    ${configurationSection(status)}
    </div>
    <p id="said" class="hidden" role="status"></p>
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
