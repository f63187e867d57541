/**
 * `npm run paging`: what the rules make of a month of six kinds of SOC in which nothing happens, and of some forty incidents. It prints two
 * tables, and fails where the goals are not met. `--rules` is another folder of rules, such as an earlier commit's; given twice, both are put
 * to the same worlds.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { type LabOptions, worlds } from './lab.ts';
import { tablesOf, unmet } from './tables.ts';
import type { WorldVerdict } from './verdicts.ts';

const usage = 'npm run paging [-- --rules=DIR --only=WORLD --days=N --seed=N --prometheus=FILE]';

export interface Asked extends Omit<LabOptions, 'folder' | 'onProgress'> {
  readonly worlds: readonly string[];
}

/** What is asked for; a text: what is wrong with the arguments. */
export function pagingRun(args: readonly string[]): Asked | string {
  const flag = { type: 'string' } as const;
  const several = { ...flag, multiple: true } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { rules: several, only: several, days: flag, seed: flag, prometheus: flag },
    });
    const number = (text: string | undefined, otherwise: number) => (text === undefined ? otherwise : Number(text));
    const [days, seed] = [number(values.days, 28), number(values.seed, 1)];
    if (!Number.isInteger(days) || days < 1 || days > 180) return `--days is a number from 1 to 180; usage: ${usage}`;
    if (!Number.isInteger(seed)) return `--seed is a number; usage: ${usage}`;
    const names = worlds.map(({ name }) => name);
    const unknown = values.only?.find((name) => !names.includes(name));
    if (unknown !== undefined) return `--only is one of ${names.join(', ')}; usage: ${usage}`;
    return {
      rules: values.rules ?? ['alerts'],
      days,
      seed,
      prometheus: values.prometheus ?? 'prometheus',
      worlds: values.only ?? names,
    };
  } catch (error) {
    return `${(error as Error).message}; usage: ${usage}`;
  }
}

async function judgeInThread(name: string, options: Omit<Asked, 'worlds'>): Promise<WorldVerdict[]> {
  const folder = mkdtempSync(join(tmpdir(), 'secmaster-paging-'));
  const worker = new Worker(join(import.meta.dirname, 'world-worker.ts'), { workerData: { ...options, name, folder } });
  const stop = () => worker.postMessage('stop');
  for (const signal of signals) process.once(signal, stop);
  try {
    return await new Promise<WorldVerdict[]>((resolve, reject) => {
      worker.on('message', (message: { progress?: string; verdicts?: WorldVerdict[] }) => {
        if (message.progress !== undefined) process.stderr.write(`${message.progress}\n`);
        if (message.verdicts !== undefined) resolve(message.verdicts);
      });
      worker.once('error', reject);
      worker.once('exit', () => reject(new Error(`${name} ended without a verdict`)));
    });
  } finally {
    for (const signal of signals) process.off(signal, stop);
    await worker.terminate();
    rmSync(folder, { recursive: true, force: true });
  }
}

const signals = ['SIGINT', 'SIGTERM'] as const;

/** As many worlds at once as there are processors. For each folder of rules, the verdicts on all worlds. */
async function judgeAll({ worlds: names, ...options }: Asked): Promise<WorldVerdict[][]> {
  const verdicts = new Map<string, WorldVerdict[]>();
  const waiting = [...names];
  const work = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const found = await judgeInThread(name, options);
      verdicts.set(name, found);
      // Whoever waits for an hour wants to see how it goes.
      for (const one of found) process.stderr.write(`${tablesOf([one])}\n`);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return options.rules.map((_, index) => names.flatMap((name) => verdicts.get(name)?.[index] ?? []));
}

if (import.meta.main) {
  const asked = pagingRun(process.argv.slice(2));
  if (typeof asked === 'string') {
    process.stderr.write(`${asked}\n`);
    process.exitCode = 2;
  } else {
    for (const [index, verdicts] of (await judgeAll(asked)).entries()) {
      const problems = unmet(verdicts);
      process.stdout.write(`Rules of ${asked.rules[index]}\n\n${tablesOf(verdicts)}\n`);
      for (const problem of problems) process.stdout.write(`not met: ${problem}\n`);
      if (problems.length > 0) process.exitCode = 1;
    }
  }
}
