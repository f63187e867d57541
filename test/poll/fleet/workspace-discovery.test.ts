import { pino } from 'pino';
import { expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { LedgerError } from '../../../src/ledger/store.ts';
import { createWorkspaceDiscovery } from '../../../src/poll/fleet/workspace-discovery.ts';
import { SecMasterError } from '../../../src/secmaster/http/errors.ts';
import { createSoc } from '../../support/world/simulated-soc.ts';

const never = new AbortController().signal;
const startMs = Date.parse('2026-07-18T12:00:00Z');
const refused = new SecMasterError('forbidden', 'list_projects', '403');

/** A discovery whose calls give these answers in turn; the last one is repeated. */
function setUp(...answers: (Error | string)[]) {
  const logged: Record<string, unknown>[] = [];
  const discovery = createWorkspaceDiscovery(
    { region: 'eu-west-101', projectId: null, workspaceId: null },
    {
      label: () => 'eu-west-101',
      findProject: async () => {
        const answer = answers.length > 1 ? answers.shift() : answers[0];
        if (answer instanceof Error) throw answer;
        return answer ?? '';
      },
      listWorkspaces: async () => [],
      onFound: async () => {},
      onReport: async () => {},
      clock: { ...systemClock, now: () => startMs },
      log: pino({ level: 'info' }, { write: (line: string) => void logged.push(JSON.parse(line)) }),
    },
  );
  const polls = () => discovery.report()?.polls;
  const failures = () => Object.fromEntries([...(polls()?.failures ?? [])].filter(([, count]) => count > 0));
  return { discovery, logged, polls, failures, poll: () => discovery.poll(never) };
}

test('the reasons of failures are those of a workspace, at 0 from the start', () => {
  const soc = createSoc();
  expect(setUp('a').polls()?.failures).toEqual(soc.workspace.report().polls.failures);
});

test.each<[string, Error, string, string]>([
  ['what SecMaster refuses', refused, 'forbidden', 'list_projects: 403'],
  ['a ledger that fails', new LedgerError('the disk is full'), 'ledger', 'the disk is full'],
  [
    'a bug',
    new TypeError('no such thing'),
    'internal',
    'bug in the exporter, please report it: TypeError: no such thing',
  ],
])('%s is a failed poll with a reason', async (_, error, reason, message) => {
  const { poll, polls, failures } = setUp(error);
  await poll();
  await poll();
  expect(polls()).toMatchObject({ count: 2, last: { error: message } });
  expect(failures()).toEqual({ [reason]: 2 });
});

test('a bug is logged once, with its stack', async () => {
  const { poll, logged } = setUp(new TypeError('no such thing'));
  for (let i = 0; i < 3; i++) await poll();
  expect(logged).toMatchObject([
    {
      level: 50,
      workspace: 'eu-west-101',
      msg: 'workspace discovery failed',
      reason: 'internal',
      error: 'bug in the exporter, please report it: TypeError: no such thing',
      err: { type: 'TypeError', stack: expect.stringContaining('workspace-discovery.test.ts') },
    },
  ]);
});

test('the latest polls are kept, newest first', async () => {
  const { poll, polls } = setUp(refused, new TypeError('no such thing'), 'project-a');
  for (let i = 0; i < 3; i++) await poll();
  expect(polls()?.recent.map(({ error }) => error)).toEqual([
    null,
    'bug in the exporter, please report it: TypeError: no such thing',
    'list_projects: 403',
  ]);
});

test('an aborted poll has not failed', async () => {
  const stopping = new AbortController();
  stopping.abort();
  const { discovery, polls } = setUp(new TypeError('stopped'));
  await discovery.poll(stopping.signal);
  expect(polls()).toMatchObject({ count: 0, last: null });
});
