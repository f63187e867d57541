import type { Writable } from 'node:stream';

/** Lines for a reader that may be slow, stop, or leave. Nobody waits for it: what it leaves unread beyond a bound is dropped. */
export interface LogLines {
  write(line: string): void;
  /** Resolves once all lines are written, or after the time. */
  flush(ms: number): Promise<void>;
}

/** @param onDropped called with the number of lost lines when lines can be written again */
export function createLogLines(stream: Writable, maxBytes: number, onDropped: (lines: number) => void): LogLines {
  let dropped = 0;
  const isFull = () => stream.writableLength > maxBytes;
  const tell = () => {
    if (dropped === 0 || isFull()) return;
    const lines = dropped;
    dropped = 0;
    onDropped(lines);
  };
  const lose = (error?: Error | null) => {
    if (error) dropped += 1;
  };
  // Such as a full disk, or a reader that has left.
  stream.on('error', () => {});
  stream.on('drain', tell);

  return {
    write(line) {
      tell();
      if (isFull()) dropped += 1;
      else stream.write(line, lose);
    },
    flush(ms) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, ms);
      stream.write('', () => {
        clearTimeout(timer);
        resolve();
      });
      return promise;
    },
  };
}
