import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Exposition } from '../metrics/exposition.ts';
import { wantedBy } from './negotiate.ts';
import { sendPieces } from './write-pieces.ts';

/**
 * Answers a scrape, without the framework: that would cost as much as the rest of it.
 *
 * @param common headers that every response has
 * @returns whether it was one, and is answered
 */
export type AnswerScrape = (
  request: IncomingMessage,
  response: ServerResponse,
  common: Readonly<Record<string, string>>,
) => boolean;

/** @param path the whole path of the metrics */
export function createAnswerScrape(exposition: Pick<Exposition, 'scrape'>, path: string): AnswerScrape {
  async function answer(
    { headers }: IncomingMessage,
    response: ServerResponse,
    common: Readonly<Record<string, string>>,
  ): Promise<void> {
    const { accept, 'accept-encoding': acceptEncoding } = headers;
    const wanted = wantedBy(accept, acceptEncoding?.toString());
    const pieces = await exposition.scrape(wanted.format, wanted.encoding);
    await sendPieces(response, pieces, { ...common, ...wanted.headers });
  }

  return (request, response, common) => {
    const { method, url = '' } = request;
    if (method !== 'GET' || (url !== path && !url.startsWith(`${path}?`))) return false;
    answer(request, response, common).catch((error: unknown) => response.destroy(error as Error));
    return true;
  };
}
