import { pino } from 'pino';
import type { Ledger } from '../../../src/ledger/store.ts';
import type { Instance } from '../../../src/model/instance.ts';
import { noTail, type Session } from '../../../src/poll/session.ts';
import { createFilteredOut } from '../../../src/poll/workspace/filtered-out.ts';
import type { ListQuery, Page, SecMaster, ShownInstance } from '../../../src/secmaster/api/secmaster.ts';
import { createMemoryStore } from '../../ledger/memory-store.ts';
import { foldRows } from '../ledger/ledgers.ts';

/** What SecMaster answers. */
export interface Answers {
  readonly list?: (query: ListQuery) => Page;
  readonly show?: (id: string) => ShownInstance;
}

export interface ScriptedSession {
  readonly session: Session;
  readonly ledger: Ledger;
  /** Ids and offsets of lists, and ids that were shown. */
  readonly asked: readonly string[];
  readonly logged: readonly Record<string, unknown>[];
  now(): number;
  turn(ms: number): void;
  /** Instances are known from now on. */
  know(...instances: readonly Instance[]): Promise<void>;
}

/** A poll's session on a ledger in memory, with a SecMaster that answers as it is told. */
export async function createScriptedSession(answers: Answers, beganMs: number): Promise<ScriptedSession> {
  let nowMs = beganMs;
  const asked: string[] = [];
  const logged: Record<string, unknown>[] = [];
  const ids = { projectId: 'p', workspaceId: 'w' };
  const ledger = await createMemoryStore(new Map()).create(ids, beganMs, beganMs / 60_000 - 1_440);
  const unasked = (what: string) => async () => {
    throw new Error(`${what} is not part of the script`);
  };
  const secmaster: SecMaster = {
    now: () => nowMs,
    answeredMs: () => nowMs,
    clockProblem: () => null,
    credentialsExpireAtMs: () => null,
    countsFilteredOut: false,
    listInstances: async (_, query) => {
      asked.push(`list ${query.id ?? query.offset}`);
      return answers.list?.(query) ?? (await unasked('a list')());
    },
    showInstance: async (_, id) => {
      asked.push(`show ${id}`);
      return answers.show?.(id) ?? (await unasked('one instance')());
    },
    workspaceName: unasked('a name'),
    listWorkspaces: unasked('a list of workspaces'),
    listPlaybooks: unasked('a list of playbooks'),
  };
  const session: Session = {
    ...ids,
    secmaster,
    ledger,
    log: pino({ level: 'debug' }, { write: (line: string) => void logged.push(JSON.parse(line)) }),
    signal: new AbortController().signal,
    lookbackMs: 86_400_000,
    retentionMs: 30 * 86_400_000,
    durationBuckets: [1, 10],
    maxPlaybooks: 200,
    maxValues: 50,
    labels: [],
    nodes: 'off',
    recentRuns: 0,
    onRejected: () => {},
    onFailed: () => {},
    filteredOut: createFilteredOut(),
    pageLength: { limit: 100, fullRows: null },
    lastTail: noTail(),
    halves: new Map(),
    onSwept: () => {},
    onGone: () => {},
  };
  return {
    session,
    ledger,
    asked,
    logged,
    now: () => nowMs,
    turn(ms) {
      nowMs += ms;
    },
    async know(...instances) {
      await ledger.commit({ kind: 'page', page: await foldRows(ledger, instances, nowMs) });
    },
  };
}
