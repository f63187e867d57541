import type { Config } from '../config/config.ts';
import { type Loaded, loadConfig } from '../config/load.ts';
import { formatProblem } from '../config/problems.ts';
import { cronProblem } from '../poll/timer.ts';
import type { Options } from './command-line.ts';

/** The configuration as it is now. */
export function load({ configFile }: Options): Loaded {
  return loadConfig({ configFile, environment: process.env }, { cronProblem });
}

/** The configuration, or null after its problems have been printed, each on a line of stderr. */
export function configured(options: Options): Config | null {
  const loaded = load(options);
  if ('config' in loaded) return loaded.config;
  for (const problem of loaded.problems) process.stderr.write(`${formatProblem(problem)}\n`);
  return null;
}
