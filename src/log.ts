import type { Writable } from 'node:stream';
import { type LogFn, type Logger, type LoggerOptions, pino } from 'pino';
import { prettyFactory } from 'pino-pretty';
import { createLogLines } from './log-lines.ts';
import { redact, redactText } from './redact.ts';

export type { Logger } from 'pino';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type LogLevel = (typeof logLevels)[number];
export type LogFormat = 'json' | 'text';

/** Keeps secrets out of the log. */
export const loggerOptions = {
  base: null,
  hooks: {
    logMethod(given, method) {
      const redacted = given.map((one: unknown) => redact(one instanceof Error ? { err: one } : one));
      method.apply(this, redacted as Parameters<LogFn>);
    },
    // Catches the bindings of child loggers, which no other hook sees.
    streamWrite: redactText,
  },
  // Errors are already plain objects here.
  serializers: { err: (error) => error },
} satisfies LoggerOptions;

export interface Log {
  readonly log: Logger;
  /** Resolves once all lines are written, or after a second: a reader that has stopped must not keep the process. */
  flush(): Promise<void>;
}

/** How much of the log may wait for its reader: some thousand lines. */
const maxWaitingBytes = 1024 * 1024;
const flushMs = 1_000;

/** Logs go to stderr, the output of commands to stdout. */
export function createLog(level: LogLevel, format: LogFormat, stderr: Writable = process.stderr): Log {
  unblock(stderr);
  const lines = createLogLines(stderr, maxWaitingBytes, (count) =>
    log.error({ lines: count }, 'log lines dropped because they could not be written in time'),
  );
  const pretty = prettyFactory({ ignore: 'pid,hostname', translateTime: 'SYS:standard', colorize: false });
  const write = format === 'text' ? (line: string) => lines.write(pretty(line)) : lines.write;
  const log = pino({ ...loggerOptions, level }, { write });
  return { log, flush: () => lines.flush(flushMs) };
}

/** Node.js waits for terminals, which may have been stopped (Ctrl-S), though not for pipes. */
function unblock(stream: Writable & { readonly _handle?: { setBlocking?(isBlocking: boolean): void } }): void {
  if ('isTTY' in stream) stream._handle?.setBlocking?.(false);
}
