#!/usr/bin/env node
import { check } from './commands/check.ts';
import { type CommandName, type Options, parseCommandLine } from './commands/command-line.ts';
import { configured, load } from './commands/configured.ts';
import { demo } from './commands/demo.ts';
import { leaveReadsBehind } from './commands/leave-reads-behind.ts';
import { once } from './commands/once.ts';
import { serve } from './commands/serve.ts';
import { simulate } from './commands/simulate.ts';
import { ListenError } from './http/listen.ts';
import { LedgerError } from './ledger/store.ts';
import { createLogger } from './log.ts';
import { version } from './package-json.ts';

/** @returns the exit code */
async function run(command: CommandName, options: Options): Promise<number> {
  const log = createLogger(options.logLevel, options.logFormat);
  if (command === 'check') return check(options, log);
  if (command === 'simulate') await simulate(options, log);
  else if (command === 'demo') return demo(options, log);
  else {
    const config = await configured(options);
    if (config === null) return 1;
    if (command === 'once') return once(config, options.telemetryPath, log);
    return serve(config, options, log, () => load(options));
  }
  return 0;
}

const parsed = parseCommandLine(process.argv.slice(2), version);
if ('exit' in parsed) {
  process.stdout.write(parsed.stdout ?? '');
  process.stderr.write(parsed.stderr ?? '');
  process.exitCode = parsed.exit;
} else {
  try {
    process.exitCode = await run(parsed.command, parsed.options);
  } catch (error) {
    const expected = error instanceof LedgerError || error instanceof ListenError;
    process.stderr.write(`${expected ? error.message : ((error as Error).stack ?? error)}\n`);
    process.exitCode = 1;
  }
  await leaveReadsBehind();
}
