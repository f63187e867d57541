import type { Logger } from '../log.ts';

/** A log whose lines carry these fields as they are when a line is written: what is bound once keeps the label of before. */
export function createLabelledLog(log: Logger, labels: () => object): Logger {
  return log.child({}, { formatters: { log: (fields) => ({ ...labels(), ...fields }) } });
}
