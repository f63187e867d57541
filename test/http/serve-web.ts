import { onTestFinished } from 'vitest';
import type { WebConfig } from '../../src/config/web.ts';
import { listen } from '../../src/http/listen.ts';
import type { Web } from '../../src/http/web.ts';
import { appOf } from '../support/http/app.ts';

/** Serves an exposition on a free port until the test ends. */
export async function serveWeb(web: Web): Promise<number> {
  const exposition = { scrape: async () => [Buffer.from('the exposition\n')] };
  const { port, close } = await listen(appOf({ exposition }), { host: '127.0.0.1', port: 0 }, web);
  onTestFinished(close);
  return port;
}

export const plain: WebConfig = { tls: null, headers: {}, users: new Map(), rateLimit: null };
