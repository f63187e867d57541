import fc from 'fast-check';
import type { Change, SweepOutcome, SweepPart } from '../../src/ledger/change.ts';
import { goneChange } from '../../src/ledger/gone.ts';
import { prune } from '../../src/ledger/prune.ts';
import type { Ledger } from '../../src/ledger/store.ts';
import { emptyPage, foldRows, sweepPart } from '../support/ledger/ledgers.ts';
import { instance, nowMs } from './contract.ts';

export const minuteMs = 60_000;
const playbooks = [{ id: 'x', name: 'Isolate' }, { id: 'y', name: 'Isolate' }, { id: 'x', name: 'renamed' }, null];
const row = fc
  .record({
    id: fc.constantFrom(...'abcdefgh'),
    playbook: fc.constantFrom(...playbooks),
    triggerType: fc.constantFrom('EVENT', 'TIMER', '', 'A', 'B', 'C', '__proto__'),
    status: fc.constantFrom('RUNNING', 'RETRYING', 'FAILED', 'FINISHED', 'TERMINATED', 'ODD', 'ODDER', 'toString'),
    retryCount: fc.nat(2),
    startTimeMs: fc.option(fc.integer({ min: -100, max: 5 }).map((minutes) => nowMs + minutes * minuteMs)),
    endTimeMs: fc.option(fc.integer({ min: -100, max: 5 }).map((minutes) => nowMs + minutes * minuteMs + 500)),
  })
  .map((fields) => instance(fields.id, fields));

/** What is done to a ledger, and to another one alike. */
export const deed = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('page' as const), rows: fc.array(row, { maxLength: 6 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('tail', 'sweep', 'plan', 'profile', 'gone', 'seen', 'nodes', 'window', 'exposed', 'prune'),
      n: fc.nat(100),
    }),
  },
);
export type Deed = typeof deed extends fc.Arbitrary<infer T> ? T : never;

export async function perform(ledger: Ledger, deed: Deed, atMs: number): Promise<void> {
  if (deed.kind === 'page')
    return ledger.commit({
      kind: 'page',
      page: await foldRows(ledger, deed.rows, atMs, { maxPlaybooks: 2, maxValues: 2 }),
    });
  const id = 'abcdefgh'[deed.n % 8] ?? 'a';
  const span = { fromMs: nowMs - deed.n * minuteMs, toMs: nowMs };
  const part = sweepPart({
    fromMs: nowMs - (deed.n % 3) * minuteMs,
    oldestFirst: deed.n % 4 === 0,
    purpose: (['audit', 'audit', 'gap', 'gap', 'history'] as const)[deed.n % 5] ?? 'gap',
  });
  if (deed.kind === 'prune') return prune(ledger, nowMs + 10 * minuteMs, deed.n * minuteMs, 1_000);
  const change = await changeOf(deed.kind, ledger, id, span, part, atMs, deed.n);
  if (change !== null) await ledger.commit(change);
}

async function changeOf(
  kind: Exclude<Deed['kind'], 'page' | 'prune'>,
  ledger: Ledger,
  id: string,
  span: { fromMs: number; toMs: number },
  part: SweepPart,
  atMs: number,
  n: number,
): Promise<Change | null> {
  switch (kind) {
    case 'tail': {
      const recheck = n % 2 === 0 ? { status: 'FAILED' } : null;
      return { kind: 'tail_ended', page: emptyPage(atMs), beganMs: atMs, sweep: [part], recheck, hasGap: n % 3 === 0 };
    }
    case 'sweep': {
      const [first] = await ledger.sweep();
      if (first === undefined) return null;
      const outcomes: SweepOutcome[] = [
        { kind: 'more' },
        { kind: 'tried', atMs, items: [part] },
        { kind: 'instead', items: [part, { ...part, triggerType: 'TIMER' }, part] },
        { kind: n % 3 === 0 ? 'all_done' : 'done' },
        { kind: 'given_up', knownSinceMs: atMs - n, items: [part] },
      ];
      const outcome = outcomes[n % 5] ?? { kind: 'done' };
      return { kind: 'sweep_step', page: null, item: first.key, outcome };
    }
    case 'plan':
      return {
        kind: 'sweep_planned',
        sweep: [part],
        recheck: n % 2 === 0 ? span : null,
        ...(n % 3 === 0 && { historyFromMs: n }),
      };
    case 'profile':
      return { kind: 'profile_learned', profile: { depth: { value: n, learnedMs: atMs, how: 'refused' } } };
    case 'gone':
      return goneChange([...(await ledger.known([id, 'a'])).values()], ledger.state, atMs);
    case 'seen':
      return { kind: 'instance_seen', id, atMs };
    case 'nodes': {
      // Stores may order what failed at once as they like.
      const [failure] = [...ledger.state.unread.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
      if (failure === undefined) return null;
      const counters = [
        { counter: 'failed_nodes' as const, labels: { playbook: 'Isolate', node: `n${n % 3}` }, by: 1 },
        {
          counter: 'timed_nodes' as const,
          labels: { playbook: 'Isolate', node: `n${n % 3}`, status: 'FAILED' },
          by: 1,
        },
      ];
      const labels = { playbook: 'Isolate', node: `n${n % 3}`, status: 'FAILED' };
      const durations = [{ labels, le: 10, observed: { instanceId: failure.id, seconds: n, endTimeMs: atMs } }];
      const { attempt } = failure;
      const nodes = [{ name: 'n', error: '' }];
      return { kind: 'nodes_read', id: failure.id, attempt, result: 'read', nodes, counters, durations };
    }
    case 'window':
      return { kind: 'window_moved', fromMinute: nowMs / minuteMs - n, sweep: [] };
    case 'exposed':
      return {
        kind: 'exposed',
        series: (await ledger.pending()).filter(({ counter }) => counter.length % 2 === n % 2),
      };
  }
}
