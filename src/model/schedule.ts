/** When polls begin: at an interval, or whenever the wall clock shows one of these times. */
export type Schedule = { readonly kind: 'every'; readonly everyMs: number } | Cron;

/** Cron with seconds. A time is meant if every field has it; the lists are ascending. */
export interface Cron {
  readonly kind: 'cron';
  /** As it was written. */
  readonly text: string;
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly daysOfMonth: readonly number[];
  /** January is 1. */
  readonly months: readonly number[];
  /** Sunday is 0. */
  readonly daysOfWeek: readonly number[];
}
