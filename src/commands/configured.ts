import type { Config } from '../config/config.ts';
import { loadConfig } from '../config/load.ts';
import { formatProblem } from '../config/problems.ts';
import { cronProblem } from '../poll/timer.ts';
import type { Options } from './command-line.ts';

/** The configuration, or null after its problems have been printed, each on a line of stderr. */
export function configured({ configFile }: Options): Config | null {
  const loaded = loadConfig({ configFile, environment: process.env }, { cronProblem });
  if ('config' in loaded) return loaded.config;
  for (const problem of loaded.problems) process.stderr.write(`${formatProblem(problem)}\n`);
  return null;
}
