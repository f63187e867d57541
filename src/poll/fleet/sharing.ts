import type { Clock } from '../../clock.ts';
import type { Look, Replicas } from '../../ledger/replicas.ts';
import type { Logger } from '../../log.ts';
import type { OtherReplica, ReplicasReport } from '../../model/report.ts';
import { logFailure } from '../failure.ts';
import type { SharedTask, TaskLink } from '../shared/shared-task.ts';
import { createFollowing } from './following.ts';
import { createLeases } from './leases.ts';
import { type Lookout, startLookout } from './lookout.ts';

/** How this process shares the work of its fleet with the other replicas on its store. */
export interface Sharing {
  link(task: string): TaskLink;
  /** Whether this replica is to do the task now. */
  does(task: string): boolean;
  /** Reads the task again, though nothing has changed in the store. */
  again(task: string): void;
  /** Begins to look at the others and to take leases. Resolves once what they know is shown, or after a few seconds. */
  start(): Promise<void>;
  /** Takes all that nobody does, and keeps it; the rest is read. @throws {LedgerError} */
  takeFree(): Promise<void>;
  /** The polls must have ended. */
  stop(): Promise<void>;
  /** When any replica was last scraped, by the clock that nobody sets. */
  lastScrapeMs(): number | null;
  report(): ReplicasReport;
}

export interface SharingParts {
  readonly replicas: Replicas;
  readonly tasks: () => readonly SharedTask[];
  readonly clock: Clock;
  readonly log: Logger;
  readonly lastScrapeMs: () => number | null;
  /** To be polled without waiting for the schedule. */
  readonly onTaken: (tasks: readonly SharedTask[]) => void;
  /** Called whenever a report may have changed. */
  readonly onReport: () => Promise<void>;
  /** Called with each look. */
  readonly onLook: (look: SeenWork) => Promise<void>;
}

export interface SeenWork extends Pick<Look, 'tasks'> {
  /** How many replicas poll a workspace. */
  readonly polling: number;
}

/** How long a start waits for what is known, and a stop for the store. */
const startMs = 5_000;
const stopMs = 5_000;

export function createSharing(parts: SharingParts): Sharing {
  const { replicas, tasks, clock, log, onReport } = parts;
  const { elapsedMs } = clock;
  let latest: { readonly look: Look; readonly atMs: number } | null = null;
  let lookout: Lookout | null = null;
  let holders = '';

  const leases = createLeases({
    replicas,
    tasks,
    onTaken: parts.onTaken,
    onGone: (gone) => {
      for (const { task } of gone) following.again(task);
    },
    elapsedMs,
    log,
  });
  const following = createFollowing({ tasks, isMine: leases.has, onRead: onReport, elapsedMs, log });
  const report = () => void onReport();

  function others(): readonly OtherReplica[] {
    if (latest === null) return [];
    const sinceMs = elapsedMs() - latest.atMs;
    return latest.look.replicas
      .filter(({ name }) => name !== replicas.name)
      .map(({ name, scrapedAgoMs }) => ({ name, scrapedAgoMs: scrapedAgoMs === null ? null : scrapedAgoMs + sinceMs }));
  }

  /** Its own lease expires also for a replica that can't see the store. */
  function holderOf(task: string): string | null {
    if (leases.has(task) && replicas.holds(task)) return replicas.name;
    const holder = latest?.look.tasks.get(task)?.holder ?? null;
    return holder === replicas.name ? null : holder;
  }

  async function see(look: Look): Promise<void> {
    latest = { look, atMs: elapsedMs() };
    await leases.apply(look);
    noticeHolders(look);
    following.follow(look);
    await parts.onLook({ tasks: look.tasks, polling: pollersOf(look) });
  }

  function noticeHolders(look: Look): void {
    const now = JSON.stringify(tasks().map(({ task }) => [look.tasks.get(task)?.holder, leases.has(task)]));
    if (now === holders) return;
    holders = now;
    report();
  }

  async function within(ms: number, work: () => Promise<void>): Promise<void> {
    const over = new AbortController();
    const late = clock.sleep(ms, over.signal).catch(() => {});
    await Promise.race([work(), late]).finally(() => over.abort());
  }

  function begin(onLook: (look: Look) => Promise<void>): Lookout {
    lookout = startLookout({
      replicas,
      clock,
      log,
      scrapedAgoMs() {
        const scrapedMs = parts.lastScrapeMs();
        return scrapedMs === null ? null : elapsedMs() - scrapedMs;
      },
      onLook,
      onOutage: report,
    });
    return lookout;
  }

  return {
    link: (task) => ({
      task,
      replica: replicas.name,
      isMine: () => leases.has(task),
      holder: () => holderOf(task),
      living: () => latest?.look.replicas.map(({ name }) => name) ?? [],
      outage: () => lookout?.outage() ?? following.outage(task),
      tell: (change) => replicas.tell(task, change),
      told: async () => (await replicas.told([task])).get(task) ?? null,
    }),
    does: leases.does,
    again: following.again,
    start: () => within(startMs, () => begin(see).begun.then(following.idle)),
    async takeFree() {
      // A discovery that was followed may add workspaces.
      const read = new Set<SharedTask>();
      let known = 0;
      const next = async () => {
        if (tasks().length > known) await leases.takeFree();
        known = tasks().length;
        return tasks().find((one) => !leases.has(one.task) && !read.has(one));
      };
      for (let one = await next(); one !== undefined; one = await next()) {
        read.add(one);
        await one.follow();
      }
      await onReport();
      // Who has none is not counted among the living, so that nobody leaves a share to it.
      const hasSome = tasks().some(({ task }) => leases.has(task));
      if (hasSome && lookout === null) await begin(async () => {}).begun;
    },
    async stop() {
      await within(stopMs, async () => {
        await lookout?.stop();
        await following.idle();
      });
      leases.dropAll();
      await within(stopMs, () => replicas.leave()).catch((error: unknown) =>
        logFailure(log, 'leases not given back', error),
      );
    },
    lastScrapeMs() {
      const agoMs = others().flatMap(({ scrapedAgoMs }) => scrapedAgoMs ?? []);
      const scrapes = [parts.lastScrapeMs() ?? [], agoMs.map((one) => elapsedMs() - one)].flat();
      return scrapes.length === 0 ? null : Math.max(...scrapes);
    },
    report: () => ({ name: replicas.name, others: others() }),
  };
}

function pollersOf({ tasks }: Look): number {
  const holders = [...tasks].flatMap(([task, { holder }]) => (task.startsWith('workspace ') ? (holder ?? []) : []));
  return new Set(holders).size;
}
