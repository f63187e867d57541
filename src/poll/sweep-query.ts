import type { SweepPart } from '../ledger/change.ts';
import { type ListQuery, maxOffset } from '../secmaster/api/secmaster.ts';
import { newestFirst, profileOf, type Session } from './session.ts';
import type { Context } from './slice.ts';

/** What is asked for a part of the sweep, and what is known of SecMaster to judge the answers. */

export function contextOf(session: Session): Context {
  const { dates, statusFilter, order, count, depth } = profileOf(session);
  const nowMs = session.secmaster.now();
  return {
    dates: dates === undefined || dates.value === 'unusable' ? null : dates.value,
    canFilterByStatus: statusFilter?.value !== 'not_honoured',
    canSort: order?.value !== 'default' && order?.value !== 'none',
    nowMs,
    retentionFromMs: nowMs - session.retentionMs,
    pageableRows: count?.value === 'exact' ? Math.min(maxOffset, depth?.value ?? maxOffset) : null,
  };
}

/** The lower bound may be excluded, and cut to the second before: edges are whole seconds. */
const edgeMs = 1;

export function queryOf(
  session: Session,
  { fromMs, toMs, status, triggerType, oldestFirst }: SweepPart,
): Omit<ListQuery, 'offset'> {
  const profile = profileOf(session);
  const order = newestFirst(profile, 'create_time');
  const dates = profile.dates?.value;
  const isDatable = dates !== undefined && dates !== 'unusable' && fromMs !== null && toMs !== null;
  return {
    ...order,
    ...(oldestFirst && { sortDir: 'ASC' as const }),
    ...(isDatable && {
      fromMs: fromMs - edgeMs,
      toMs: toMs + (dates.precisionMs > 1_000 ? dates.precisionMs : 0),
      dateForm: dates.form,
    }),
    ...(status !== null && { status }),
    ...(triggerType !== null && { triggerType }),
  };
}
