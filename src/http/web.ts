import type { GoodWeb, LoadedWeb, Problem, WebConfig } from '../config/web.ts';
import { refusedChanges } from './web-change.ts';

/** A web configuration that is reloaded when one of its files changes. */
export interface Web {
  current(): WebConfig;
  /** Called before each change; if it throws, nothing changes. */
  onChange(listener: (web: WebConfig) => void): void;
  close(): void;
}

export interface WebWatch {
  readonly load: () => Promise<LoadedWeb>;
  readonly repeat: Repeat;
  readonly onLoaded: (loaded: GoodWeb) => void;
  /** Called once for the same problems; the previous configuration stays in force. */
  readonly onProblems: (problems: readonly Problem[]) => void;
  readonly onBug: (error: unknown) => void;
}

/** Calls it again and again, and not before the last call has ended. @returns stops that */
export type Repeat = (look: () => Promise<void>) => () => void;

/** Mounted secrets are replaced through links, which cause no event. */
export const everySecond: Repeat = (look) => {
  let isLooking = false;
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    void look().finally(() => {
      isLooking = false;
    });
  }, 1_000);
  // It must not keep a process alive that could not begin to serve.
  timer.unref();
  return () => clearInterval(timer);
};

export function watchWeb(first: GoodWeb & LoadedWeb, { load, repeat, onLoaded, onProblems, onBug }: WebWatch): Web {
  let current = first.web;
  let latest: LoadedWeb = first;
  let told = '';
  const listeners: ((web: WebConfig) => void)[] = [];
  let isClosed = false;

  async function look(): Promise<void> {
    if (!(await latest.hasChanged())) return;
    latest = await load();
    if (isClosed) return;
    const problems = 'problems' in latest ? latest.problems : refusedChanges(current, latest.web);
    const text = JSON.stringify(problems);
    if (problems.length > 0 && text !== told) onProblems(problems);
    told = text;
    if ('problems' in latest || problems.length > 0) return;
    const { web } = latest;
    for (const listener of listeners) listener(web);
    current = web;
    onLoaded(latest);
  }

  const stop = repeat(() => look().catch(onBug));
  return {
    current: () => current,
    onChange: (listener) => void listeners.push(listener),
    close: () => {
      isClosed = true;
      stop();
    },
  };
}

/** For a server without a web configuration. */
export function fixedWeb(web: WebConfig): Web {
  return { current: () => web, onChange: () => {}, close: () => {} };
}
