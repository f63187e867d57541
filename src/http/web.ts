import { unwatchFile, watchFile } from 'node:fs';
import type { LoadedWeb, WebConfig } from '../config/web.ts';

/** A web configuration that is reloaded when one of its files changes. */
export interface Web {
  current(): WebConfig;
  /** Called after each change. */
  onChange(listener: (web: WebConfig) => void): void;
  close(): void;
}

/** How often files are checked: mounted secrets are replaced through links, which cause no event. */
const watchMs = 1_000;

/** @param onProblems called if a changed file has problems: the previous one stays in force */
export function watchWeb(
  first: WebConfig,
  load: () => LoadedWeb,
  onProblems: (loaded: Extract<LoadedWeb, { problems: unknown }>) => void,
): Web {
  let current = first;
  const listeners: ((web: WebConfig) => void)[] = [];

  function changed(): void {
    const loaded = load();
    if ('problems' in loaded) {
      onProblems(loaded);
      return;
    }
    unwatch();
    current = loaded.web;
    watch();
    for (const listener of listeners) listener(current);
  }

  function watch(): void {
    for (const file of current.files) watchFile(file, { interval: watchMs, persistent: false }, changed);
  }

  function unwatch(): void {
    for (const file of current.files) unwatchFile(file, changed);
  }

  watch();
  return { current: () => current, onChange: (listener) => void listeners.push(listener), close: unwatch };
}

/** For a server without a web configuration. */
export function fixedWeb(web: WebConfig): Web {
  return { current: () => web, onChange: () => {}, close: () => {} };
}
