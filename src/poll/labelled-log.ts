import type { Logger } from '../log.ts';

/** A log that evaluates its fields for each line: the bindings of a child would keep an outdated label. */
export function createLabelledLog(log: Logger, labels: () => object): Logger {
  return log.child({}, { formatters: { log: (fields) => ({ ...labels(), ...fields }) } });
}
