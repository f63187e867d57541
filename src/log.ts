import { type LogFn, type Logger, type LoggerOptions, pino } from 'pino';
import pretty from 'pino-pretty';
import { redact, redactText } from './redact.ts';

export type { Logger } from 'pino';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type LogLevel = (typeof logLevels)[number];
export type LogFormat = 'json' | 'text';

/** Whatever is logged, no secret of it reaches the log. */
export const loggerOptions = {
  base: null,
  hooks: {
    logMethod(given, method) {
      const redacted = given.map((one: unknown) => redact(one instanceof Error ? { err: one } : one));
      method.apply(this, redacted as Parameters<LogFn>);
    },
    // For what a child logger is bound to, which pino shows to nobody before.
    streamWrite: redactText,
  },
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
