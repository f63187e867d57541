import { unreadFile } from '../model/unread-file.ts';
import type { App } from './app.ts';
import type { Listen } from './guard.ts';

/**
 * Answers with the app. What stands between it and Node.js is read with the first request: it needs 8 MB, and who only scrapes never needs
 * it.
 */
export function createAnswer(app: Pick<App, 'fetch'>, read = readListener): Listen {
  let listener: Promise<Listen> | null = null;

  return async (request, response) => {
    listener ??= read(app);
    const answer = await listener.catch(() => null);
    if (answer !== null) return answer(request, response);
    // A later request may succeed.
    listener = null;
    if (response.headersSent) return;
    response.writeHead(503, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${unreadFile}\n`);
  };
}

async function readListener({ fetch }: Pick<App, 'fetch'>): Promise<Listen> {
  // First, because a listener replaces the global Response, and would not know one of that class for what it means.
  await import('@hono/node-server/utils/response');
  const { getRequestListener } = await import('@hono/node-server');
  // HTTP/1.0 needs no Host.
  return getRequestListener(fetch, { hostname: 'localhost' });
}
