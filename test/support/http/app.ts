import { type App, type AppParts, createApp } from '../../../src/http/app.ts';

/** The exporter's pages, with nothing on them but what a test gives. */
export function appOf(parts: Partial<AppParts>): App {
  return createApp({
    exposition: { scrape: async () => [] },
    reports: () => [],
    telemetryPath: '/metrics',
    routePrefix: '',
    externalUrl: '',
    version: '1.2.3',
    recentRuns: () => 0,
    configuration: () => 'poll: {}\n',
    reload: async () => ({ isApplied: true, lines: [] }),
    documents: new Map(),
    stall: () => null,
    ...parts,
  });
}
