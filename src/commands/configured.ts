import type { Config } from '../config/config.ts';
import { type Loaded, loadConfig } from '../config/load.ts';
import { formatProblem, type Problem } from '../config/problems.ts';
import { loadWebConfig, noWebConfig } from '../config/web.ts';
import { fixedWeb, type Web, watchWeb } from '../http/web.ts';
import type { Logger } from '../log.ts';
import type { Options } from './command-line.ts';

/** The current configuration. */
export function load({ configFile }: Options): Loaded {
  return loadConfig({ configFile, environment: process.env });
}

/** The web configuration, or null after printing its problems to stderr, one per line. */
export function configuredWeb({ webConfigFile }: Options, log: Logger): Web | null {
  if (webConfigFile === null) return fixedWeb(noWebConfig);
  const read = () => loadWebConfig(webConfigFile);
  const first = read();
  if ('web' in first) {
    return watchWeb(first.web, read, ({ problems }) =>
      log.error(
        { problems: problems.map(formatProblem) },
        'web configuration not reloaded because it has problems; the previous one stays in force',
      ),
    );
  }
  return refused(first.problems);
}

/** The configuration, or null after printing its problems to stderr, one per line. */
export function configured(options: Options): Config | null {
  const loaded = load(options);
  if ('config' in loaded) return loaded.config;
  return refused(loaded.problems);
}

function refused(problems: readonly Problem[]): null {
  for (const problem of problems) process.stderr.write(`${formatProblem(problem)}\n`);
  return null;
}
