import type { Config } from '../config/config.ts';
import { type Loaded, loadConfig } from '../config/load.ts';
import { formatProblem, type Problem } from '../config/problems.ts';
import { loadWebConfig, noWebConfig } from '../config/web.ts';
import { everySecond, fixedWeb, type Web, watchWeb } from '../http/web.ts';
import type { Logger } from '../log.ts';
import type { Options } from './command-line.ts';

/** The current configuration. */
export function load({ configFile }: Options): Promise<Loaded> {
  return loadConfig({ configFile, environment: process.env });
}

/** The web configuration, or null after printing its problems to stderr, one per line. */
export async function configuredWeb({ webConfigFile }: Options, log: Logger): Promise<Web | null> {
  if (webConfigFile === null) return fixedWeb(noWebConfig);
  const load = () => loadWebConfig(webConfigFile);
  const first = await load();
  if ('problems' in first) return refused(first.problems);
  const warn = (warnings: readonly Problem[]) => {
    for (const warning of warnings) log.warn({ warning: formatProblem(warning) }, 'web configuration');
  };
  warn(first.warnings);
  return watchWeb(first, {
    load,
    repeat: everySecond,
    onLoaded: ({ warnings }) => {
      log.info('web configuration reloaded');
      warn(warnings);
    },
    onProblems: (problems) =>
      log.error(
        { problems: problems.map(formatProblem) },
        'web configuration not reloaded because it has problems; the previous one stays in force',
      ),
    onBug: (err) => log.error({ err }, 'web configuration not reloaded; this is a bug'),
  });
}

/** The configuration, or null after printing its problems to stderr, one per line. */
export async function configured(options: Options): Promise<Config | null> {
  const loaded = await load(options);
  if ('config' in loaded) return loaded.config;
  return refused(loaded.problems);
}

function refused(problems: readonly Problem[]): null {
  for (const problem of problems) process.stderr.write(`${formatProblem(problem)}\n`);
  return null;
}
