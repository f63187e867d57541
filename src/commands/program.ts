import { ListenError } from '../http/listen-error.ts';
import { LedgerError } from '../ledger/store.ts';
import { createLog, type Logger } from '../log.ts';
import { version } from '../package-json.ts';
import { type CommandName, type Options, parseCommandLine, usualLogLevel } from './command-line.ts';
import type { HangUps } from './hang-ups.ts';
import { leaveReadsBehind } from './leave-reads-behind.ts';
import { keepHeapSmall } from './small-heap.ts';
import { createStatusLine, type StatusLine } from './status-line.ts';
import { stdoutProblem } from './stdout.ts';
import { stopAtOnce } from './stop-signal.ts';

/** The whole program: runs the command line and ends the process. */
export async function main(hangUps: HangUps): Promise<never> {
  const outcome = stdoutProblem(process.stdout);
  process.stderr.on('error', () => {});
  const exitCode = await run(hangUps);
  // Its reader may be slow: that is what the output is for.
  stopAtOnce();
  const problem = await outcome();
  if (problem?.message !== undefined) process.stderr.write(`${problem.message}\n`);
  process.exitCode = problem === null ? exitCode : 1;
  await leaveReadsBehind();
  process.exit();
}

/** @returns the exit code */
async function run(hangUps: HangUps): Promise<number> {
  const parsed = parseCommandLine(process.argv.slice(2), version);
  if ('exit' in parsed) {
    process.stdout.write(parsed.stdout ?? '');
    process.stderr.write(parsed.stderr ?? '');
    return parsed.exit;
  }
  const { command, options } = parsed;
  if (command !== 'serve' && command !== 'demo') hangUps.release();
  const statusLine = createStatusLine(process.stderr);
  const level = options.logLevel ?? usualLogLevel(command);
  const { log, flush } = createLog(level, options.logFormat, { above: statusLine.above });
  try {
    return await runCommand(command, options, { log, statusLine, hangUps });
  } catch (error) {
    const isExpected = error instanceof LedgerError || error instanceof ListenError;
    process.stderr.write(`${isExpected ? error.message : ((error as Error).stack ?? error)}\n`);
    return 1;
  } finally {
    await flush();
  }
}

interface CommandParts {
  readonly log: Logger;
  readonly statusLine: StatusLine;
  readonly hangUps: HangUps;
}

/** Imports only the command that runs: the others, and the libraries that only they use, would take time and memory. */
async function runCommand(
  command: CommandName,
  options: Options,
  { log, statusLine, hangUps }: CommandParts,
): Promise<number> {
  if (command === 'check') return (await import('./check.ts')).check(options, log, statusLine);
  if (command === 'demo') return (await import('./demo.ts')).demo(options, log, hangUps);
  if (command === 'simulate') {
    await (await import('./simulate.ts')).simulate(options, log);
    return 0;
  }
  if (command === 'ledger copy') return (await import('./ledger-copy.ts')).ledgerCopy(options, log, statusLine);
  keepHeapSmall();
  const { configured, load } = await import('./configured.ts');
  const config = await configured(options);
  if (config === null) return 1;
  if (command === 'once') return (await import('./once.ts')).once(config, options, log, statusLine);
  const { serve } = await import('./serve.ts');
  return serve(config, options, { log, hangUps, load: () => load(options) });
}
