import type { Behaviours, Finding, Profile } from '../../model/profile.ts';
import type { ListQuery, Page } from '../../secmaster/api/secmaster.ts';
import { createAsker, limits } from './asker.ts';
import { begin } from './begin.ts';
import { probeCount } from './count.ts';
import { probeDates, spansIn } from './dates.ts';
import { probeDepth } from './depth.ts';
import { probeId, probeStatus } from './filters.ts';
import { probeOffset } from './offset.ts';
import { judgeOrder } from './order.ts';

/** Whatever SecMaster answers. With a friendly one it is about half of them. */
export const maxProbeRequests = 26;

/**
 * Finds out how SecMaster behaves (docs/secmaster-api.md#what-the-exporter-finds-out). What could not be tried is missing. Throws any
 * error but the refusal of something that need not be served.
 */
export async function probe(
  ask: (query: ListQuery) => Promise<Page>,
  now: () => number,
  before: Profile = {},
): Promise<Profile> {
  const asker = createAsker(ask, maxProbeRequests);
  const { byUpdate, byCreate, page, sort } = await begin(asker);
  // Not earlier: if this machine's clock is wrong, only answers tell the time.
  const nowMs = now();
  const offset = await probeOffset(asker, page, sort);
  const order = offset.isRandom
    ? ({ value: 'none', how: 'another order each time' } as const)
    : judgeOrder(byUpdate, byCreate, page);
  const statusFilter = await probeStatus(asker, page, sort);
  const idFilter = await probeId(asker, page, sort);
  const dates = await probeDates(asker, page, { sort, nowMs, likely: formOf(before) });
  const known = {
    sort,
    page,
    isOffsetHonoured: offset.offset?.value === 'honoured' && !offset.isRandom,
    isStatusHonoured: statusFilter?.value === 'honoured',
    isIdHonoured: idFilter?.value === 'honoured',
    spans: dates === null ? [] : spansIn(page, dates.value, nowMs),
  };
  const count = await probeCount(asker, known);
  const depth = offset.depth ?? (known.isOffsetHonoured ? await probeDepth(asker, page, sort) : null);

  const { limit, answers } = asker;
  const rows = Math.max(...answers.filter(({ query }) => query.limit === limit).map(({ rows }) => rows.length));
  const isFull = rows >= limit || (offset.hasMore && page.query.limit === limit);
  const found: {
    readonly [Name in keyof Behaviours]: Omit<Finding<Behaviours[Name]>, 'learnedMs'> | null | undefined;
  } = {
    page: isFull || limit < limits[0] ? { value: { rows, limit }, how: asker.whyLimit ?? 'no page is longer' } : null,
    offset: offset.offset,
    depth,
    order,
    count,
    dates,
    idFilter,
    statusFilter,
  };
  const entries = Object.entries(found).flatMap(([name, one]) => (one ? [[name, { ...one, learnedMs: nowMs }]] : []));
  return Object.fromEntries(entries);
}

function formOf({ dates }: Profile) {
  return dates === undefined || dates.value === 'unusable' ? null : dates.value.form;
}
