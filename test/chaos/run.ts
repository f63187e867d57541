/**
 * `npm run chaos`: the long forms of the tests in this folder. `--replicas=3` runs those with several replicas on PostgreSQL instead.
 * `CHAOS_SEED` repeats a run.
 */
import { spawn } from 'node:child_process';

const usage = 'npm run chaos [-- --replicas=3]';

/** How vitest is called; a text: what is wrong with the arguments. */
export function chaosRun(args: readonly string[]): { args: string[]; environment: Record<string, string> } | string {
  const [flag, ...more] = args;
  if (flag === undefined)
    return {
      args: ['--project=integration', 'test/chaos'],
      environment: { CHAOS_KILLS: '60', CHAOS_FLOOD: '50000' },
    };
  const [, count] = /^--replicas=(\d+)$/.exec(flag) ?? [];
  if (count === undefined || more.length > 0) return `unknown: ${args.join(' ')}; usage: ${usage}`;
  if (Number(count) < 2 || Number(count) > 9) return `--replicas is a number from 2 to 9; usage: ${usage}`;
  return {
    args: ['--project=system', 'test/chaos'],
    environment: { CHAOS_REPLICAS: count, CHAOS_STEPS: '120', CHAOS_PAUSE_MS: '60000', CHAOS_POLLS: '6' },
  };
}

if (import.meta.main) {
  const run = chaosRun(process.argv.slice(2));
  if (typeof run === 'string') {
    process.stderr.write(`${run}\n`);
    process.exitCode = 2;
  } else {
    const child = spawn('vitest', ['run', ...run.args], {
      env: { CHAOS_SEED: 'new', ...run.environment, ...process.env },
      stdio: 'inherit',
    });
    child.once('exit', (code) => {
      process.exitCode = code ?? 1;
    });
  }
}
