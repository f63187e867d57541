import type { Config } from '../config/config.ts';
import type { Loaded } from '../config/load.ts';
import { formatProblem } from '../config/problems.ts';
import type { Logger } from '../log.ts';

/** Reads the configuration again and applies it; a bad one changes nothing. @returns the problems, none if it was applied */
export type Reload = () => Promise<readonly string[]>;

export interface ReloadParts {
  /** What the configuration is now. */
  readonly load: () => Loaded;
  readonly apply: (config: Config) => Promise<void>;
  readonly observe: (isSuccess: boolean) => void;
  readonly log: Logger;
}

/** Reloads go one after the other, in the order in which they were asked for. */
export function createReload({ load, apply, observe, log }: ReloadParts): Reload {
  let last: Promise<unknown> = Promise.resolve();

  async function reload(): Promise<readonly string[]> {
    const loaded = load();
    if ('problems' in loaded) {
      observe(false);
      const problems = loaded.problems.map(formatProblem);
      log.error(
        { problems },
        'the configuration is not reloaded, since it has problems; the one before stays in force',
      );
      return problems;
    }
    try {
      await apply(loaded.config);
    } catch (err) {
      observe(false);
      log.error({ err }, 'the configuration could not be applied whole; this is a defect');
      return ['it could not be applied whole; the log says why'];
    }
    observe(true);
    log.info({ workspaces: loaded.config.workspaces.length }, 'the configuration has been reloaded');
    return [];
  }

  return () => {
    const done = last.then(reload);
    last = done.catch(() => {});
    return done;
  };
}
