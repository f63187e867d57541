/** Where a panel changes colour, and what counts as failing, stuck, silent: the same as in the alerts. */

/** Of all attempts, the share that may fail; and the time over which the budget of failures is counted. */
export const objective = { failureRatio: 0.05, window: '30d' };

/** A playbook fails: so many failed attempts, and such a share of all ends, within the window. */
export const failing = { window: '1h', attempts: 3, ratio: 0.5 };

/** An instance is stuck: open for so long. */
export const stuckAfterSeconds = 3600;

/** A timer playbook is silent: it has missed so many starts of the rhythm that it had within the window. */
export const silent = { window: '7d', windowSeconds: 7 * 86_400, missedStarts: 3 };

/** Data are stale: the last successful poll is so long ago. */
export const staleAfterSeconds = 300;

/** SecMaster throttles us: the share of requests answered with 429. */
export const throttledRatio = 0.05;

/** Credentials are about to expire. */
export const credentialsSeconds = { warning: 7200, critical: 1800 };

/** The event loop is late: scrapes and polls wait for so long. */
export const eventLoopLagSeconds = { warning: 0.1, critical: 1 };
