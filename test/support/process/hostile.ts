import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { defaultProject, defaultWorkspace } from '../../../src/simulator/defaults.ts';

/** A SecMaster that accepts every key, and sends whatever rows a test gives it. */
export interface Hostile {
  readonly url: string;
  /** The whole list, newest first. A list for one id, or one beyond its end, is empty. */
  rows: readonly object[];
  /** The failing nodes of each instance. */
  nodes: readonly object[];
  /** An error in place of each list; null: none. */
  error: ((request: IncomingMessage) => object) | null;
  /** Whether a page is as long as the list, whatever is asked for. */
  ignoresLimit: boolean;
  /** The headers of the latest list. */
  readonly asked: { headers: IncomingMessage['headers'] };
}

export async function startHostile(): Promise<Hostile> {
  const hostile = {
    rows: [] as readonly object[],
    nodes: [] as readonly object[],
    error: null as Hostile['error'],
    ignoresLimit: false,
    asked: { headers: {} },
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://x');
    const send = (body: object, status = 200) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    hostile.asked.headers = request.headers;
    if (hostile.error !== null) return send(hostile.error(request), 400);
    const one = /\/instances\/(.+)$/.exec(url.pathname)?.[1];
    if (one !== undefined) {
      const row = hostile.rows.find((given) => 'id' in given && given.id === decodeURIComponent(one));
      if (row === undefined) return send({ code: '20030005', message: 'gone' }, 404);
      return send({ ...row, topology: { audit_logs: hostile.nodes } });
    }
    const number = (name: string) => Number(url.searchParams.get(name) ?? 0);
    const id = url.searchParams.get('id');
    const rows = id === null ? hostile.rows : hostile.rows.filter((row) => 'id' in row && row.id === id);
    const page = hostile.ignoresLimit ? rows : rows.slice(number('offset'), number('offset') + number('limit'));
    return send({ count: rows.length, instances: page });
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return Object.assign(hostile, { url: `http://127.0.0.1:${port}` });
}

let made = 0;

/** A run that has just ended, with what a test changes in its row. */
export function hostileRow(fields: object = {}): object {
  made += 1;
  const time = (ms: number) => new Date(ms).toISOString();
  return {
    id: `00000000-0000-4000-8000-${String(made).padStart(12, '0')}`,
    status: 'FINISHED',
    trigger_type: 'EVENT',
    start_time: time(Date.now() - 2_000),
    end_time: time(Date.now()),
    retry_count: 0,
    playbook: { id: '3e966553-f53d-3d87-835e-7697e353876a', name: 'Isolate host' },
    ...fields,
  };
}

/** A configuration that points at it, as JSON, which is YAML too. */
export function hostileConfig({ url }: Hostile, credentials: object, more: object = {}): string {
  return JSON.stringify({
    poll: { schedule: '* * * * * *', lookback: '2h', rate_limit: 200 },
    state: { path: ':memory:' },
    metrics: { new_series_hold: '0s' },
    workspaces: [
      {
        name: 'prod',
        region: defaultProject.name,
        project_id: defaultProject.id,
        workspace_id: defaultWorkspace.id,
        endpoint: url,
        iam_endpoint: url,
        credentials,
      },
    ],
    ...more,
  });
}
