/**
 * No number in a ledger is larger, so that sums of them, times in milliseconds and what JavaScript holds exactly (2^53) have room: a
 * counter that comes so far stays there.
 */
export const maxNumber = 1e15;
