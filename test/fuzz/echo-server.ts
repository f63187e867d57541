import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Simulator } from '../../src/simulator/simulator.ts';

/** A simulated SecMaster with its IAM on a socket that repeats texts in whatever it answers. */
export interface EchoServer {
  readonly url: string;
  /** `rows`: in genuine answers, wherever there is a text; `errors`: in an error of this shape instead of an answer. */
  echo(what: 'nothing' | 'rows' | ErrorShape, texts: readonly string[]): void;
  close(): Promise<void>;
}

type Json = Record<string, unknown>;
interface Errored {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const inJson = (status: number, body: Json): Errored => ({ status, body: JSON.stringify(body) });
/** None is tried again at once, so that the clock may stand still. */
const errorShapes = {
  gateway: (text) =>
    inJson(403, { error_code: text.slice(0, 64), error_msg: `no access for ${text}`, request_id: text }),
  SecMaster: (text) => inJson(400, { code: 'SecMaster.20010001', message: `${text} is not valid` }),
  IAM: (text) => inJson(404, { error: { code: 404, message: `key "${text}" not found`, title: text } }),
  signature: (text) => inJson(400, { error_code: 'APIGW.0301', error_msg: `verify aksk signature fail: ${text}` }),
  unexpected: (text) => inJson(200, { code: text.slice(0, 40), message: `{"header":"X-Auth-Token: ${text}"}` }),
  HTML: (text) => ({
    status: 200,
    body: `<html><title>Sign in ${text}</title>`,
    headers: { 'content-type': 'text/html' },
  }),
  'not JSON': (text) => ({ status: 200, body: `${text} ${text}` }),
  header: (text) => ({ ...inJson(409, { error_msg: 'conflict' }), headers: { 'x-request-id': text, location: text } }),
} satisfies Record<string, (text: string) => Errored>;
export type ErrorShape = keyof typeof errorShapes;
export const allErrorShapes = Object.keys(errorShapes) as readonly ErrorShape[];

export async function startEchoServer(simulator: Simulator): Promise<EchoServer> {
  let what: 'nothing' | 'rows' | ErrorShape = 'nothing';
  let texts: readonly string[] = [];
  let next = 0;
  const text = () => texts[next++ % texts.length] ?? '';

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const isOfIam = request.url?.startsWith('/v3/') ?? false;
    if (what !== 'nothing' && what !== 'rows' && texts.length > 0) {
      const { status, body, headers = {} }: Errored = errorShapes[what](text());
      response.writeHead(status, { 'content-type': 'application/json', ...latin1(headers) });
      response.end(body);
      return;
    }
    const genuine = await simulator.app.request(request.url ?? '/', {
      method: request.method ?? 'GET',
      headers: Object.entries(request.headers).flatMap(([name, value]): [string, string][] => [[name, String(value)]]),
      ...(body.length > 0 && { body }),
    });
    const given = await genuine.text();
    response.writeHead(genuine.status, Object.fromEntries(genuine.headers));
    response.end(
      what === 'rows' && !isOfIam ? JSON.stringify(JSON.parse(given), (key, one) => echoed(key, one)) : given,
    );
  }

  /** Of each row something stays as it is, so that it is understood; an id stays an id. */
  function echoed(key: string, value: unknown): unknown {
    if (key === 'playbook') return { id: text().slice(0, 120), name: text(), en_name: text() };
    if (['trigger_type', 'action_name', 'error_msg', 'input', 'output'].includes(key)) return `${text()}`;
    if (key === 'name') return text();
    return value;
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error) => response.destroy(error));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    echo(now, these) {
      what = now;
      texts = these;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function latin1(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, text]) => [name, text.replaceAll(/[^\x20-\x7e\xa1-\xff]/g, '')]),
  );
}
