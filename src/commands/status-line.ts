import type { Terminal } from '../log.ts';

/** One line at the bottom of a terminal that changes while something lasts. Where there is no terminal, it is never there. */
export interface StatusLine {
  readonly isThere: boolean;
  /** In place of what was there; cut to the width of the terminal. */
  show(text: string): void;
  clear(): void;
  /** What to write so that a line of the log gets above it. */
  above(line: string): string;
}

const clearLine = '\r\u001b[K';
/** A line that is full would go on in the next one, which stays. Some characters, such as Chinese ones, are two columns wide. */
const withoutWrapping = (text: string) => `\u001b[?7l${text}\u001b[?7h`;

export function createStatusLine(terminal: Terminal & { readonly columns?: number }): StatusLine {
  let shown = '';
  return {
    isThere: terminal.isTTY === true,
    show(text) {
      if (terminal.isTTY !== true) return;
      shown = Array.from(text)
        .slice(0, (terminal.columns || 80) - 1)
        .join('');
      terminal.write(`${clearLine}${withoutWrapping(shown)}`);
    },
    clear() {
      if (shown !== '') terminal.write(clearLine);
      shown = '';
    },
    above: (line) => (shown === '' ? line : `${clearLine}${line}${withoutWrapping(shown)}`),
  };
}
