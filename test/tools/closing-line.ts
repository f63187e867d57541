import type { Reporter, TestModule } from 'vitest/node';

/** Says in one plain line how a run ended, for who reads the log of CI. Vitest wants a class. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(files: readonly TestModule[]): void {
    const states = files.flatMap((file) => [...file.children.allTests()].map((one) => one.result().state));
    const count = (state: string) => states.filter((one) => one === state).length;
    process.stdout.write(`\n${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped\n`);
  }
}
