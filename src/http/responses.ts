import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** How long a client may at least take to read a response: 20 MB need that over a line of 10 Mbit/s. */
const responseMs = 15_000;

/** Requests sent on one connection without waiting for responses. No client of an exporter does that. */
export const maxUnanswered = 8;

const unanswered = new WeakMap<Socket, number>();

/**
 * Calls `end` for a client that doesn't read its response in time, at most after twice the time, or that asks for many at once.
 *
 * @returns whether the request is to be answered
 */
export function limitResponse(response: ServerResponse, end: (socket: Socket) => void, ms = responseMs): boolean {
  const { socket } = response.req;
  const before = unanswered.get(socket) ?? 0;
  if (before >= maxUnanswered) {
    if (!socket.destroyed) withoutStacks(socket, end);
    return false;
  }
  unanswered.set(socket, before + 1);

  // Time begins when the response does: a client is not to blame for what takes long here.
  let isBegun = false;
  const look = () => {
    if (isBegun) return end(socket);
    isBegun = response.headersSent;
    timer.refresh();
  };
  const timer = setTimeout(look, ms);
  response.once('close', () => {
    clearTimeout(timer);
    unanswered.set(socket, (unanswered.get(socket) ?? 1) - 1);
  });
  return true;
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
