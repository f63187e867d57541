import { type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { refusal } from './methods.ts';

/** What Node.js tells of a request that it could not read. */
interface ClientError extends Error {
  readonly code?: string;
  readonly rawPacket?: Buffer;
}

/** As Node.js answers them. */
const statuses: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** Answers what Node.js doesn't take for a request: CONNECT, and methods that it doesn't know, are methods that are not allowed. */
export function answerUnread(server: Server, methods: ReadonlyMap<string, string>): void {
  server.on('connect', (_, socket) => {
    // Node.js has let go of this socket, and its client may reset it at any time.
    socket.on('error', () => {});
    end(socket, 405, methods.get('/'));
  });
  server.on('clientError', ({ code = '', rawPacket }: ClientError, socket) => {
    // Never into a response.
    if (!socket.writable || ('bytesWritten' in socket && socket.bytesWritten !== 0)) return void socket.destroy();
    const path = code === 'HPE_INVALID_METHOD' ? pathOf(rawPacket) : null;
    if (path === null) return end(socket, isLongUrl(code, rawPacket) ? 414 : (statuses[code] ?? 400));
    const allowed = methods.get(path);
    return end(socket, allowed === undefined ? 404 : 405, allowed);
  });
}

/** Of a request whose first line is well-formed, without its query; otherwise null. */
function pathOf(packet: Buffer | undefined): string | null {
  const line = packet?.subarray(0, 1024).toString('latin1') ?? '';
  return /^[!#$%&'*+.^_`|~\w-]+ (\/[^ ?\r\n]*)\S* HTTP\/1\.[01]\r?\n/.exec(line)?.[1] ?? null;
}

/** Whether the first line alone is too long. */
function isLongUrl(code: string, packet: Buffer | undefined): boolean {
  return code === 'HPE_HEADER_OVERFLOW' && /^[A-Z]+ \S+$/.test(packet?.toString('latin1') ?? '');
}

function end(socket: Duplex, status: number, allowed?: string): void {
  const body = allowed === undefined ? '' : refusal(allowed);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    'Cache-Control: no-store',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(allowed === undefined ? [] : [`Allow: ${allowed}`, 'Content-Type: text/plain; charset=utf-8']),
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
