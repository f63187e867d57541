import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createSqliteStore } from '../../../src/ledger/sqlite/store.ts';
import { LedgerError } from '../../../src/ledger/store.ts';
import type { TaskLink } from '../../../src/poll/shared/shared-task.ts';
import { createWorkspace } from '../../../src/poll/workspace/workspace.ts';
import { wrapStore } from '../../support/ledger/wrapped-store.ts';
import { createSoc } from '../../support/world/simulated-soc.ts';

/** What the polls of one workspace do when its lease changes hands. */

const never = new AbortController().signal;

function setUp({ name = 'soc' as string | null, told = null as unknown } = {}) {
  const soc = createSoc({ settings: { name } });
  let isMine = true;
  let isLost = false;
  let isAway = false;
  let onList = async (_signal: AbortSignal) => {};
  const link: TaskLink = {
    task: 'workspace a/b',
    replica: 'me',
    isMine: () => isMine,
    holder: () => (isMine ? 'me' : 'other'),
    living: () => ['me', 'other'],
    outage: () => null,
    tell: async (change) => {
      told = change(told, isMine ? 'me' : 'other');
      return told;
    },
    told: async () => (told === null ? null : { value: told, agoMs: 0 }),
  };
  const logged: Record<string, unknown>[] = [];
  const store = wrapStore(createSqliteStore(':memory:'), (call) => {
    if (isAway) throw new LedgerError('the database is away');
    if (isLost && call === 'commit') throw new LedgerError('another replica has the lease', { isLost: true });
  });
  const workspace = createWorkspace(soc.settings, {
    secmaster: {
      ...soc.secmaster,
      async listInstances(...args) {
        await onList(args[2]);
        return soc.secmaster.listInstances(...args);
      },
    },
    store,
    log: pino({ level: 'info' }, { write: (line: string) => void logged.push(JSON.parse(line)) }),
    clock: soc.clock,
    onReport: async () => {},
    lastScrapeMs: () => null,
    link,
  });
  return {
    workspace,
    logged,
    told: () => told,
    setAway(is: boolean) {
      isAway = is;
    },
    poll: () => workspace.poll(never, () => true),
    lose() {
      isLost = true;
    },
    leave() {
      isMine = false;
    },
    onList(work: typeof onList) {
      onList = work;
    },
  };
}

test('a poll that ends because another replica has the lease is no failed poll', async () => {
  const { workspace, poll, lose, logged } = setUp();
  await poll();
  expect(workspace.report().polls).toMatchObject({ count: 1, last: { error: null } });
  lose();
  await poll();
  expect(workspace.report().polls).toMatchObject({ count: 1, last: { error: null } });
  expect(logged.filter(({ msg }) => String(msg).startsWith('poll'))).toMatchObject([
    { level: 30, msg: 'poll ended: another replica has the lease' },
  ]);
});

test('a running poll ends as soon as the lease is known to be lost, and counts nothing', async () => {
  const { workspace, poll, onList } = setUp();
  await poll();
  onList((signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))));
  const polling = poll();
  await new Promise(setImmediate);
  expect(workspace.isUnderWay()).toBe(true);
  workspace.end();
  await polling;
  expect(workspace.isUnderWay()).toBe(false);
  expect(workspace.report().polls).toMatchObject({ count: 1, last: { error: null } });
});

test('a poll that was queued before the lease was lost does not begin', async () => {
  const { workspace, poll, leave } = setUp();
  leave();
  await poll();
  expect(workspace.report().polls.last).toBeNull();
  expect(workspace.report().lease).toEqual({ isHeld: false, holder: 'other' });
});

test.each([
  ['whose name is in the ledger, which cannot be read yet, shows no counter', null, null],
  ['whose name is configured shows what was told', 'soc', 1],
])('after a start, a workspace %s', async (_, name, count) => {
  const before = setUp({ name });
  await before.poll();
  const { workspace, setAway } = setUp({ name, told: before.told() });
  setAway(true);
  await workspace.follow().catch(() => {});
  expect(workspace.report().polls.count).toBe(count);
});
