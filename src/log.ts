import { type Logger, pino, stdSerializers } from 'pino';
import pretty from 'pino-pretty';

export type { Logger } from 'pino';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type LogLevel = (typeof logLevels)[number];
export type LogFormat = 'json' | 'text';

/** Logs go to stderr: stdout belongs to what a command prints. */
export function createLogger(level: LogLevel, format: LogFormat): Logger {
  const destination =
    format === 'text'
      ? pretty({ destination: 2, sync: true, ignore: 'pid,hostname', translateTime: 'SYS:standard', colorize: false })
      : pino.destination({ dest: 2, sync: true });
  return pino({ level, base: null, serializers: { err: stdSerializers.err } }, destination);
}
