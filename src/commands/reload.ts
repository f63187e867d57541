import type { Config } from '../config/config.ts';
import type { Loaded } from '../config/load.ts';
import { formatProblem } from '../config/problems.ts';
import type { Logger } from '../log.ts';
import { coalesce } from '../metrics/coalesce.ts';

/** Reads the configuration again and applies it; one with problems changes nothing. */
export type Reload = () => Promise<Reloaded>;

export interface Reloaded {
  readonly isApplied: boolean;
  /** The problems; or, if applied, the changes that need a restart. */
  readonly lines: readonly string[];
}

export interface ReloadParts {
  /** Reads the configuration. */
  readonly load: () => Promise<Loaded>;
  /** @returns the changes that need a restart */
  readonly apply: (config: Config) => Promise<readonly string[]>;
  readonly observe: (isSuccess: boolean) => void;
  readonly log: Logger;
}

/** Runs one reload at a time. All requests during a reload share the next one, which therefore begins after each of them. */
export function createReload({ load, apply, observe, log }: ReloadParts): Reload {
  async function attempt(): Promise<Reloaded> {
    const loaded = await load();
    if ('problems' in loaded) {
      const problems = loaded.problems.map(formatProblem);
      log.error({ problems }, 'configuration not reloaded because it has problems; the previous one stays in force');
      return { isApplied: false, lines: problems };
    }
    const lines = await apply(loaded.config);
    log.info({ workspaces: loaded.config.workspaces.length }, 'configuration reloaded');
    for (const line of lines) log.warn({ detail: line }, 'restart needed');
    return { isApplied: true, lines };
  }

  async function reload(): Promise<Reloaded> {
    const reloaded = await attempt().catch((err: unknown) => {
      log.error({ err }, 'configuration only partly reloaded; this is a bug');
      return { isApplied: false, lines: ['the configuration was only partly reloaded; see the log'] };
    });
    observe(reloaded.isApplied);
    return reloaded;
  }

  return coalesce(reload);
}
