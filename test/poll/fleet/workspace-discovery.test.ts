import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { LedgerError } from '../../../src/ledger/store.ts';
import { createWorkspaceDiscovery } from '../../../src/poll/fleet/workspace-discovery.ts';
import type { TaskLink } from '../../../src/poll/shared/shared-task.ts';
import { SecMasterError } from '../../../src/secmaster/http/errors.ts';
import { createManualClock } from '../../../src/simulator/manual-clock.ts';
import { createSoc } from '../../support/world/simulated-soc.ts';

const never = new AbortController().signal;
const minuteMs = 60_000;
const startMs = Date.parse('2026-07-18T12:00:00Z');
const refused = new SecMasterError('forbidden', 'list_projects', '403');

/** A discovery whose calls give these answers in turn; the last one is repeated. */
const setUp = (...answers: (Error | string)[]) => setUpAs(null, ...answers);

function setUpAs(link: TaskLink | null, ...answers: (Error | string)[]) {
  let pages = 0;
  let refusal: Error | null = null;
  const listed: string[] = [];
  const found: string[] = [];
  const logged: Record<string, unknown>[] = [];
  const clock = createManualClock(startMs);
  let tries = 0;
  const discovery = createWorkspaceDiscovery(
    { region: 'eu-west-101', projectId: null, workspaceId: null },
    {
      label: () => 'eu-west-101',
      findProject: async () => {
        tries += 1;
        const answer = answers.length > 1 ? answers.shift() : answers[0];
        if (answer instanceof Error) throw answer;
        return answer ?? '';
      },
      listWorkspaces: async (project, _, watch) => {
        listed.push(project);
        if (refusal !== null) throw refusal;
        for (let page = 1; page <= pages; page++) {
          clock.advance(4_000);
          watch.onPage?.({ pages: page, workspaces: page, count: null });
        }
        return [];
      },
      onFound: async (all) => {
        found.splice(0, found.length, ...all.map(({ projectId, workspaceId }) => `${projectId}/${workspaceId}`));
      },
      onReport: async () => {},
      clock,
      link,
      log: pino({ level: 'info' }, { write: (line: string) => void logged.push(JSON.parse(line)) }),
    },
  );
  const polls = () => discovery.report()?.polls;
  const failures = () => Object.fromEntries([...(polls()?.failures ?? [])].filter(([, count]) => count > 0));
  const poll = (passedMs = 0) => {
    clock.advance(passedMs);
    return discovery.poll(never);
  };
  return {
    discovery,
    clock,
    logged,
    polls,
    failures,
    poll,
    tries: () => tries,
    listed: () => listed.length,
    projects: listed,
    found,
    refuse(error: Error | null) {
      refusal = error;
    },
    slow: (of: number) => {
      pages = of;
    },
  };
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
  for (let i = 0; i < 3; i++) await poll(15 * minuteMs);
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

test('a discovery that fails is tried again after 1, 2, 4, 8 and then every 15 minutes, and each poll in between has failed too', async () => {
  const { poll, polls, failures, tries } = setUp(refused);
  const at: number[] = [];
  for (let minute = 0; minute <= 60; minute += 0.5) {
    const before = tries();
    await poll(minute === 0 ? 0 : minuteMs / 2);
    if (tries() > before) at.push(minute);
  }
  expect(at).toEqual([0, 1, 3, 7, 15, 30, 45, 60]);
  expect(failures()).toEqual({ forbidden: 121 });
  expect(polls()).toMatchObject({ count: 121, last: { error: 'list_projects: 403' } });
});

test.each([-365, -1, 365])('a clock that is set by %i days neither ends a rest nor prolongs it', async (days) => {
  const { clock, poll, tries } = setUp(refused);
  await poll();
  clock.set(startMs + days * 24 * 60 * minuteMs);
  await poll(minuteMs - 1);
  expect(tries()).toBe(1);
  await poll(1);
  expect(tries()).toBe(2);
});

test.each([-365, -1, 365])(
  'a clock that is set by %i days does not keep new workspaces from being found',
  async (days) => {
    const { clock, poll, tries, listed } = setUp('project-a');
    await poll();
    clock.set(startMs + days * 24 * 60 * minuteMs);
    await poll(5 * minuteMs - 1);
    await poll(1);
    expect([tries(), listed()]).toEqual([1, 2]);
  },
);

test('a rest ends at once when the configuration is reloaded', async () => {
  const { discovery, poll, tries } = setUp(refused);
  await poll();
  await poll(minuteMs);
  expect(tries()).toBe(2);
  expect([discovery.retry(), discovery.retry()]).toEqual([true, false]);
  await poll();
  expect(tries()).toBe(3);
});

test.each(['unauthorized', 'no_credentials'] as const)(
  '%s: the circuit breaker sets the pace, not the discovery',
  async (kind) => {
    const { poll, tries } = setUp(new SecMasterError(kind, 'list_projects', '401'));
    for (let i = 0; i < 3; i++) await poll();
    expect(tries()).toBe(3);
  },
);

test('a list that takes longer than ten seconds says how far it is', async () => {
  const { poll, logged, slow } = setUp('project-a');
  slow(7);
  await poll();
  const lines = logged.filter(({ msg }) => msg === 'workspace discovery in progress');
  expect(lines).toMatchObject([
    { level: 30, project: 'project-a', pages: 3 },
    { level: 30, project: 'project-a', pages: 6 },
  ]);
});

describe('a replica that takes over what another one has done', () => {
  const more = { projectId: 'project-b', found: ['w1', 'w2'], known: ['w1', 'w2'] };
  const ended = { endedMs: startMs - 3 * 3_600_000, durationSeconds: 1, requests: 1, error: null };

  /** The other one has told this, so long ago, and its clock is hours behind. */
  function takeOver(agoMs: number, report: object = {}) {
    let told: unknown = { recent: [ended], nowMs: ended.endedMs, more, ...report };
    let isCut = false;
    const link: TaskLink = {
      task: 'discovery',
      replica: 'me',
      isMine: () => true,
      holder: () => 'me',
      living: () => ['me'],
      outage: () => null,
      tell: async (change) => {
        told = change(told, 'me');
        return told;
      },
      told: async () => {
        if (isCut) throw new LedgerError('the database cannot be reached');
        return { value: told, agoMs };
      },
    };
    const one = setUpAs(link, 'project-c');
    one.discovery.begin();
    return {
      ...one,
      cut: () => {
        isCut = true;
      },
    };
  }

  test('shows at once what was found, and lists again when that is due', async () => {
    const { poll, listed, tries, found, projects } = takeOver(2 * minuteMs);
    await poll();
    expect(found).toEqual(['project-b/w1', 'project-b/w2']);
    await poll(3 * minuteMs - 1);
    expect(listed()).toBe(0);
    await poll(1);
    await poll(5 * minuteMs - 1);
    expect(listed()).toBe(1);
    await poll(1);
    expect([projects, tries()]).toEqual([['project-b', 'project-b'], 0]);
  });

  test('does so each time that it takes the lease', async () => {
    const { poll, discovery, listed, clock } = takeOver(0);
    await poll(5 * minuteMs);
    await poll(5 * minuteMs);
    expect(listed()).toBe(1);
    discovery.end();
    discovery.begin();
    await poll();
    expect(listed()).toBe(1);
    clock.set(startMs - 24 * 60 * minuteMs);
    await poll(5 * minuteMs);
    expect(listed()).toBe(2);
  });

  test.each<[string, agoMs: number, report: object]>([
    ['that is due', 5 * minuteMs, {}],
    ['the last time has failed', minuteMs, { recent: [{ ...ended, error: 'list_workspaces: 500' }, ended] }],
    ['nothing has been found', minuteMs, { more: { projectId: null, found: null, known: null } }],
    ['nothing has been told', minuteMs, { recent: [], nowMs: null, more: null }],
    ['what was told is damaged', minuteMs, { recent: 7, nowMs: 'x', more: [] }],
  ])('looks at once where %s', async (_, agoMs, report) => {
    const { poll, listed } = takeOver(agoMs, report);
    await poll();
    expect(listed()).toBe(1);
  });

  test('looks at once where what was told cannot be read', async () => {
    const { poll, listed, cut, failures } = takeOver(minuteMs);
    cut();
    await poll();
    expect([listed(), failures()]).toEqual([1, {}]);
  });

  test('seeks the project again if SecMaster refuses the one that was told', async () => {
    const { poll, refuse, projects, found, discovery } = takeOver(5 * minuteMs);
    refuse(new SecMasterError('server_error', 'list_workspaces', '500'));
    await poll();
    refuse(new SecMasterError('forbidden', 'list_workspaces', '403'));
    await poll(minuteMs);
    refuse(null);
    await poll(2 * minuteMs);
    expect(projects).toEqual(['project-b', 'project-b', 'project-c']);
    // Nothing of the other project is left.
    expect([found, discovery.report()?.projectId]).toEqual([[], 'project-c']);
  });
});
