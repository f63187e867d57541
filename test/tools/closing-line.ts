import type { Reporter, TestModule } from 'vitest/node';

/**
 * Says in one plain line how a run ended, for who reads the log of CI. A file that fails outside its tests, and an error outside
 * all files, count as one that failed. Vitest wants a class.
 */
export default class ClosingLine implements Reporter {
  onTestRunEnd(files: readonly TestModule[], unhandled: readonly unknown[]): void {
    const states = files.flatMap((file) => {
      const ofTests = [...file.children.allTests()].map((one) => one.result().state);
      return file.state() === 'failed' && !ofTests.includes('failed') ? [...ofTests, 'failed'] : ofTests;
    });
    const count = (state: string) => states.filter((one) => one === state).length;
    const failed = count('failed') + unhandled.length;
    process.stdout.write(`\n${count('passed')} passed, ${failed} failed, ${count('skipped')} skipped\n`);
  }
}
