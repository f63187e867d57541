import { test } from 'vitest';

/** Of what only Linux has: any address of 127.0.0.0/8 for clients, /proc, /dev/full. */
export const onLinux = test.skipIf(process.platform !== 'linux');
