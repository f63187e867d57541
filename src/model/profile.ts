/**
 * How this SecMaster behaves where its documentation is silent, as far as it has been tried
 * (docs/secmaster-api.md#what-the-exporter-finds-out).
 */

/** What is found out, and what can be found. */
export interface Behaviours {
  /** Rows of a full page, and the limit that was asked for. */
  readonly page: { readonly rows: number; readonly limit: number };
  readonly offset: 'honoured' | 'ignored';
  /** Rows that can be paged through; known only once a deeper page has been refused. */
  readonly depth: number;
  /**
   * The sort key whose order holds. `default`: none may be asked for, and the newest come first all the same. `none`: the rows come in
   * another order, or in none.
   */
  readonly order: 'update_time' | 'create_time' | 'default' | 'none';
  /** Against what the list really holds, with and without a filter. */
  readonly count: 'exact' | 'inexact' | 'absent';
  readonly dates: DatesFound | 'unusable';
  readonly idFilter: 'honoured' | 'not_honoured';
  readonly statusFilter: 'honoured' | 'not_honoured';
}

/** What from_date and to_date limit, written in `form`. */
export interface DatesFound {
  readonly form: DateForm;
  /** The time of an instance that they limit, as near as rows show it: its creation is near its start. */
  readonly field: 'start' | 'end';
  /** How finely they limit it. */
  readonly precisionMs: number;
}

/** Ways to write a time in a query, the likeliest first. */
export const dateForms = ['…Z+0800', '…+08:00', '…Z', 'milliseconds', 'YYYY-MM-DD'] as const;
export type DateForm = (typeof dateForms)[number];

export interface Finding<Value> {
  readonly value: Value;
  readonly learnedMs: number;
  /** In a few words, such as `refused: 400 20030009`. */
  readonly how: string;
}

/** What is missing is unknown. */
export type Profile = { readonly [Name in keyof Behaviours]?: Finding<Behaviours[Name]> };

/** How long a finding is believed. */
const believedMs = 24 * 3_600_000;

/** Whether a finding has expired, so that it is to be tried again. */
export function isExpired({ learnedMs }: Finding<unknown>, nowMs: number): boolean {
  // Learned in the future: by a clock that was wrong.
  return nowMs - learnedMs >= believedMs || learnedMs > nowMs + believedMs;
}

/** Whether dates limit the creation finely enough for counts to be compared. */
export function isFine({ field, precisionMs }: DatesFound): boolean {
  return field === 'start' && precisionMs <= 1_000;
}

/** The names of what the fast path needs: the label `assumption`. */
const assumptionTests = {
  full_pages: ({ page }) => page && page.value.rows >= page.value.limit && page.value.limit >= 100,
  offset_honoured: ({ offset }) => offset && offset.value === 'honoured',
  pages_10000_rows_deep: ({ depth }) => depth && depth.value >= 10_000,
  ordered_by_update_time: ({ order }) => order && order.value === 'update_time',
  ordered_by_create_time: ({ order }) => order && order.value !== 'none',
  count_exact: ({ count }) => count && count.value === 'exact',
  dates_limit_creation: ({ dates }) => dates && dates.value !== 'unusable' && isFine(dates.value),
  id_filter_honoured: ({ idFilter }) => idFilter && idFilter.value === 'honoured',
  status_filter_honoured: ({ statusFilter }) => statusFilter && statusFilter.value === 'honoured',
} as const satisfies Record<string, (profile: Profile) => boolean | undefined>;

export type AssumptionName = keyof typeof assumptionTests;

export interface Assumption {
  readonly name: AssumptionName;
  readonly holds: boolean;
}

/** Those that have been tried, in a fixed order. */
export function assumptionsOf(profile: Profile): readonly Assumption[] {
  return Object.entries(assumptionTests).flatMap(([name, test]) => {
    const holds = test(profile);
    // Its keys are the names.
    return holds === undefined ? [] : [{ name: name as AssumptionName, holds }];
  });
}
