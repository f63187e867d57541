import { setFlagsFromString } from 'node:v8';

// Read by old versions of Node.js too: see ../main.ts.

/**
 * Keeps V8's young generation as small as it begins. It would grow with the first sweep, to 64 MB and more, and stay so. `--max-semi-space-size`
 * has no effect once the process runs.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
