import type { TaskLink } from './shared-task.ts';

/** What is done under one lease: it ends with it. */
export interface LeaseWork {
  /** This replica has the lease from now on. */
  begin(): void;
  /** Aborts what is under way. */
  end(): void;
  isUnderWay(): boolean;
  /** Works as long as this replica has the lease; not at all if it hasn't. */
  run(signal: AbortSignal, work: (signal: AbortSignal) => Promise<void>): Promise<void>;
  /** The lease doesn't begin before the work has ended. */
  before(work: () => Promise<void>): Promise<void>;
}

/** @param link null: there are no leases */
export function createLeaseWork(link: TaskLink | null): LeaseWork {
  let lease = new AbortController();
  let underWay = 0;

  async function before(work: () => Promise<void>): Promise<void> {
    underWay++;
    await work().finally(() => {
      underWay--;
    });
  }

  return {
    begin() {
      lease = new AbortController();
    },
    end: () => lease.abort(),
    isUnderWay: () => underWay > 0,
    async run(signal, work) {
      if (link === null) return await work(signal);
      // It may have waited for long.
      if (!link.isMine() || lease.signal.aborted) return;
      await before(() => work(AbortSignal.any([signal, lease.signal])));
    },
    before,
  };
}
