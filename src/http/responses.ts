import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** How long a client may at least take to read a response: 20 MB need that over a line of 10 Mbit/s. */
const responseMs = 15_000;

/** Requests sent on one connection without waiting for responses. No client of an exporter does that. */
export const maxUnanswered = 8;

/** @returns whether the request is to be answered */
export type LimitResponse = (response: ServerResponse) => boolean;

/** Calls `end` for a client that doesn't read its response in time, at most after twice the time, or that asks for many at once. */
export function createLimitResponse(end: (socket: Socket) => void, ms = responseMs): LimitResponse {
  const unanswered = new WeakMap<Socket, number>();
  /**
   * Those under way, and whether they had begun when all were last looked at. Time begins when the response does: a client is not to blame
   * for what takes long here.
   */
  const hadBegun = new Map<ServerResponse, boolean>();
  /** At all of them together: a timer for each would cost a small scrape a twentieth of its time. */
  let isLooking = false;

  function look(): void {
    for (const [response, isLate] of hadBegun) {
      if (isLate) end(response.req.socket);
      else hadBegun.set(response, response.headersSent);
    }
    isLooking = false;
    if (hadBegun.size > 0) lookLater();
  }

  function lookLater(): void {
    if (isLooking) return;
    isLooking = true;
    setTimeout(look, ms).unref();
  }

  return (response) => {
    const { socket } = response.req;
    const before = unanswered.get(socket) ?? 0;
    if (before >= maxUnanswered) {
      if (!socket.destroyed) withoutStacks(socket, end);
      return false;
    }
    unanswered.set(socket, before + 1);
    hadBegun.set(response, false);
    lookLater();
    response.once('close', () => {
      hadBegun.delete(response);
      unanswered.set(socket, (unanswered.get(socket) ?? 1) - 1);
    });
    return true;
  };
}

/** Node.js makes an error for each request that stays unanswered; hundreds of stack traces would take longer than all else. */
function withoutStacks(socket: Socket, end: (socket: Socket) => void): void {
  const { stackTraceLimit } = Error;
  socket.prependOnceListener('close', () => {
    Error.stackTraceLimit = 0;
  });
  socket.once('close', () => {
    Error.stackTraceLimit = stackTraceLimit;
  });
  end(socket);
}
