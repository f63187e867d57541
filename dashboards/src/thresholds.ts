/** Where a panel changes colour, and what counts as failing, stuck, silent: the defaults of the alerts. */

/** The share of runs that may fail for good, and the time over which the failure budget is counted: as the rules record it. */
export const objective = { failureRatio: 0.05, window: '1w' };

/** A playbook is failing from this number of failures in a row on, or twice as many that are this share of ended runs within the window. */
export const failing = { inARow: 3, window: '1h', runs: 6, ratio: 0.5 };

/** A run that is open for longer than this is stuck. */
export const stuckAfterSeconds = 4 * 3600;

/** Data is stale if the last successful poll is longer ago than this. */
export const staleAfterSeconds = 600;

/** SecMaster throttles the exporter from this share of requests answered with 429 on. */
export const throttledRatio = 0.1;

/** The exporter renews credentials half an hour before they expire; below the second number renewal has failed. */
export const credentialsSeconds = { warning: 1800, critical: 1200 };

/** Reading the instances again repairs one mismatch; a second one means that it did not. */
export const auditMismatches = { warning: 1, critical: 2 };

/** Event loop lag: how long scrapes and polls wait. No alert uses it. */
export const eventLoopLagSeconds = { warning: 0.1, critical: 1 };
