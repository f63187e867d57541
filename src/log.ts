import { type Logger, type LoggerOptions, pino } from 'pino';
import pretty from 'pino-pretty';
import { redact } from './redact.ts';

export type { Logger } from 'pino';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type LogLevel = (typeof logLevels)[number];
export type LogFormat = 'json' | 'text';

/** Whatever is logged, no secret of it reaches the log. */
export const loggerOptions = {
  base: null,
  formatters: { log: (fields) => redact(fields) as Record<string, unknown> },
  // Errors have been made into objects by then.
  serializers: { err: (error) => error },
} satisfies LoggerOptions;

/** Logs go to stderr: stdout belongs to what a command prints. */
export function createLogger(level: LogLevel, format: LogFormat): Logger {
  const destination =
    format === 'text'
      ? pretty({ destination: 2, sync: true, ignore: 'pid,hostname', translateTime: 'SYS:standard', colorize: false })
      : pino.destination({ dest: 2, sync: true });
  return pino({ ...loggerOptions, level }, destination);
}
