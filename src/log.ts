import type { Writable } from 'node:stream';
import { styleText } from 'node:util';
import { type LogFn, type Logger, type LoggerOptions, pino, stdTimeFunctions } from 'pino';
import { createLogLines } from './log-lines.ts';
import { createTextLines, logfmtLine } from './log-text.ts';
import { redact, redactText } from './redact.ts';

export type { Logger } from 'pino';

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];
export const logFormats = ['text', 'logfmt', 'json'] as const;
export type LogFormat = (typeof logFormats)[number];

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

/** A stream that may lead to a terminal. */
export type Terminal = Writable & { readonly isTTY?: boolean };

export interface LogOptions {
  readonly stderr?: Terminal;
  /** Puts a line above one that stays at the bottom of the terminal. */
  readonly above?: (line: string) => string;
}

/**
 * Logs go to stderr, the output of commands to stdout.
 * @param format null: text at a terminal, else JSON
 */
export function createLog(
  level: LogLevel,
  format: LogFormat | null,
  { stderr = process.stderr, above = (line) => line }: LogOptions = {},
): Log {
  unblock(stderr);
  const lines = createLogLines(stderr, maxWaitingBytes, (count) =>
    log.error({ lines: count }, 'log lines dropped because they could not be written in time'),
  );
  const form = formOf(format ?? (stderr.isTTY === true ? 'text' : 'json'), stderr);
  const options: LoggerOptions = {
    ...loggerOptions,
    level,
    formatters: { level: (word) => ({ level: word }) },
    timestamp: stdTimeFunctions.isoTime,
  };
  const log = pino(options, { write: (line) => lines.write(above(form(line))) });
  return { log, flush: () => lines.flush(flushMs) };
}

function formOf(format: LogFormat, stderr: Terminal): (line: string) => string {
  if (format === 'json') return (line) => line;
  if (format === 'logfmt') return logfmtLine;
  return createTextLines({
    dress: (level, text) => {
      const colour = level === 'error' ? 'red' : level === 'warn' ? 'yellow' : null;
      // Only at a terminal with colours, and not where NO_COLOR is set.
      return colour === null ? text : styleText(colour, text, { stream: stderr });
    },
  });
}

/** Node.js waits for terminals, which may have been stopped (Ctrl-S), though not for pipes. */
function unblock(stream: Writable & { readonly _handle?: { setBlocking?(isBlocking: boolean): void } }): void {
  if ('isTTY' in stream) stream._handle?.setBlocking?.(false);
}
