import type { Dispatcher } from 'undici';
import type { WorkspaceConfig } from '../../../src/config/config.ts';
import type { Routes } from '../../../src/secmaster/http/routes.ts';

/** All hosts are reached through this one. */
export function routesThrough(dispatcher: Dispatcher): Pick<Routes, 'of'> {
  return { of: () => ({ dispatcher: async () => dispatcher, proxyTo: () => null }) };
}

/** What a workspace has that says nothing of its route. */
export const noRoute: Pick<WorkspaceConfig, 'tls' | 'proxyUrl'> = { tls: { ca: null }, proxyUrl: null };
