import { setFlagsFromString } from 'node:v8';

/**
 * Keeps V8's young generation as small as it is. It would grow with the first sweep, to 64 MB and more, and stay so. An exporter's polls
 * cost no more CPU time with a small one; a simulator in the same process would cost a fifth more. `--max-semi-space-size` has no effect
 * once the process runs.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
