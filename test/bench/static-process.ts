/** The floor of a scrape: bare node:http that hands out, whatever it is asked, the bytes that an exporter has given it once. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { request } from 'undici';
import { answer } from './processes.ts';
import { cpuMs } from './statistics.ts';

const functions = {
  serve: async ({ url, headers }: { url: string; headers: Record<string, string> }) => {
    const given = await request(url, { headers });
    const body = Buffer.from(await given.body.arrayBuffer());
    const names = ['content-type', 'content-encoding', 'content-length', 'vary'];
    const head = Object.fromEntries(
      names.flatMap((name) => (given.headers[name] ? [[name, given.headers[name]]] : [])),
    );
    const server = createServer((_, response) => {
      response.writeHead(200, head as Record<string, string>);
      response.end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`, bytes: body.length };
  },
  cpuMs: () => cpuMs(),
};
export type StaticProcess = typeof functions;
answer(functions);
