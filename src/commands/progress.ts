import type { Logger } from '../log.ts';
import { createTicker } from '../poll/ticker.ts';
import type { StatusLine } from './status-line.ts';

/**
 * How far something has come that may take long: after two seconds a bar in the last line of the terminal; elsewhere a line in the log
 * every ten seconds.
 */
export interface Progress {
  tell(step: Step): void;
  end(): void;
}

export interface Step {
  /** Such as `3 of 20 workspaces`. */
  readonly text: string;
  /** null, or of nothing: nobody knows how much there is. */
  readonly done: number | null;
  readonly total: number;
  /** For the log; null: who does it logs how far it is. */
  readonly fields: object | null;
}

export interface ProgressParts {
  readonly statusLine: StatusLine;
  readonly log: Logger;
  /** The clock that nobody sets. */
  readonly elapsedMs: () => number;
  /** Calls it every so often. @returns what ends that */
  readonly repeat?: (look: () => void) => () => void;
}

const quietMs = 2_000;
const everyMs = 250;

/** @param message of the lines in the log */
export function createProgress(
  message: string,
  { statusLine, log, elapsedMs, repeat = repeated }: ProgressParts,
): Progress {
  const beganMs = elapsedMs();
  const ticker = createTicker(elapsedMs);
  let step: Step = { text: '', done: null, total: 0, fields: {} };
  let nextMs = beganMs + quietMs;
  const look = () => {
    if (statusLine.isThere) {
      const nowMs = elapsedMs();
      if (nowMs < nextMs) return;
      nextMs = nowMs + everyMs;
      statusLine.show(progressLine(step, nowMs - beganMs));
    } else if (ticker.isDue() && step.fields !== null) log.info(step.fields, message);
  };
  const stop = repeat(look);
  return {
    tell(next) {
      step = next;
      // What never waits leaves no time to others.
      look();
    },
    end() {
      stop();
      statusLine.clear();
    },
  };
}

const width = 24;

/** `[██████░░░░░░░░░░░░░░░░░░]  25%  12 s  3 of 12 workspaces` */
export function progressLine({ text, done, total }: Step, passedMs: number): string {
  const seconds = `${Math.floor(passedMs / 1000)} s`;
  const words = text === '' ? seconds : `${seconds}  ${text}`;
  if (done === null || total === 0) return `[${moving(passedMs)}]  ${words}`;
  const part = Math.min(1, done / total);
  const full = Math.floor(part * width);
  const percent = `${Math.floor(part * 100)}%`.padStart(4);
  return `[${'█'.repeat(full)}${'░'.repeat(width - full)}] ${percent}  ${words}`;
}

/** A block that goes to and fro, four steps a second. */
function moving(passedMs: number): string {
  const block = 4;
  const way = width - block;
  const step = Math.floor(passedMs / everyMs) % (2 * way);
  const left = step <= way ? step : 2 * way - step;
  return `${'░'.repeat(left)}${'█'.repeat(block)}${'░'.repeat(way - left)}`;
}

function repeated(look: () => void): () => void {
  const timer = setInterval(look, everyMs).unref();
  return () => clearInterval(timer);
}
