import { type LogFn, type Logger, type LoggerOptions, pino } from 'pino';
import pretty from 'pino-pretty';
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

/** Logs go to stderr, the output of commands to stdout. */
export function createLogger(level: LogLevel, format: LogFormat): Logger {
  const destination =
    format === 'text'
      ? pretty({ destination: 2, sync: true, ignore: 'pid,hostname', translateTime: 'SYS:standard', colorize: false })
      : pino.destination({ dest: 2, sync: true });
  return pino({ ...loggerOptions, level }, destination);
}
