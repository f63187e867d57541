/** Where a panel changes colour, and what counts as failing, stuck, silent: the defaults of the alerts. */

/** Of all runs, the share that may fail for good; and the time over which the budget of failures is counted. */
export const objective = { failureRatio: 0.05, window: '30d' };

/** A playbook fails: so many runs failed for good, and were such a share of all that ended, within the window. */
export const failing = { window: '1h', runs: 3, ratio: 0.5 };

/** A run is stuck: open for so long. */
export const stuckAfterSeconds = 4 * 3600;

/**
 * A timer playbook is silent: its pause is so many times as long as the longest of the week that ended a day ago.
 * The day keeps the present pause from being taken for a normal one.
 */
export const silent = { pauses: 1.5, window: '7d', resolution: '5m', offset: '1d' };

/** Data are stale: the last successful poll is so long ago. */
export const staleAfterSeconds = 600;

/** SecMaster throttles us: the share of requests answered with 429. */
export const throttledRatio = 0.1;

/** The exporter renews what it can half an hour before it expires; below the second number it has failed to. */
export const credentialsSeconds = { warning: 1800, critical: 1200 };

/** One mismatch is mended by reading anew, a second one was not. */
export const auditMismatches = { warning: 1, critical: 2 };

/** The event loop is late: scrapes and polls wait for so long. No alert looks at it. */
export const eventLoopLagSeconds = { warning: 0.1, critical: 1 };
