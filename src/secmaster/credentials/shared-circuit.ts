import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../clock.ts';
import { type Circuit, countedMs, isProven, untried } from './circuit.ts';
import type { Change, End, KnownCircuit } from './known-circuit.ts';
import { readCircuit, writeCircuit } from './told-circuit.ts';

/**
 * Where replicas tell each other what they have found out of credentials: a part of what the store offers. While it can't be reached, a
 * call fails, and each replica goes on with what it knows.
 */
export interface Replicas {
  readonly name: string;
  readonly leaseMs: number;
  take(tasks: readonly string[], max: number): Promise<readonly string[]>;
  release(tasks: readonly string[]): Promise<void>;
  holds(task: string): boolean;
  tell(task: string, change: (before: unknown) => unknown): Promise<unknown>;
  told(tasks: readonly string[]): Promise<ReadonlyMap<string, Told>>;
}

export interface Told {
  readonly value: unknown;
  readonly agoMs: number;
}

/** As a look shows it. */
export interface SeenTask {
  readonly holder: string | null;
  /** Grows with what is told. */
  readonly version: number;
}

export interface SharedCircuit extends KnownCircuit {
  /** To be called about once a second: takes over what another replica has found out. Never fails. */
  seen(tasks: ReadonlyMap<string, SeenTask>): Promise<void>;
}

/** Between two looks for whether another replica still tries. */
const waitMs = 500;
/** Changes that could not be told: only the latest ones still matter to others. */
const maxUntold = 20;

/** Known to all replicas that have credentials with the same key. */
export function createSharedCircuit(key: string, replicas: Replicas, clock: Clock): SharedCircuit {
  const task = `credentials ${digest(key)}`;
  let circuit = untried;
  /** The latest changes, which are not in what was last told. */
  const untold: Change[] = [];
  let seenVersion: number | null = null;
  let isTrying = false;
  let last: Promise<unknown> = Promise.resolve();

  const current = () => untold.reduce((before, change) => change(before), circuit);

  /** One exchange with the store after the other, so that an older answer never replaces a newer one. */
  function serially<T>(work: () => Promise<T>): Promise<T> {
    const done = last.then(work);
    last = done.catch(() => {});
    return done;
  }

  const toldNow = async () => (await replicas.told([task])).get(task) ?? { value: null, agoMs: 0 };
  const read = (value: unknown, atMs: number) =>
    readCircuit(value, { atMs, nowMs: clock.elapsedMs(), startedAtMs: clock.now() - clock.elapsedMs() });

  async function exchange(): Promise<void> {
    const { value, agoMs } = await toldNow();
    const atMs = clock.elapsedMs() - agoMs;
    if (untold.length === 0) {
      takeOver(read(value, atMs));
      return;
    }
    const telling = [...untold];
    let toldAtMs = clock.elapsedMs();
    const told = await replicas.tell(task, (before) => {
      toldAtMs = clock.elapsedMs();
      // Whatever has been told since it was read is as good as new.
      const circuitBefore = read(before, isDeepStrictEqual(before, value) ? atMs : toldAtMs);
      return writeCircuit(
        telling.reduce((one, change) => change(one), circuitBefore),
        toldAtMs,
      );
    });
    const next = read(told, toldAtMs);
    takeOver(next);
    untold.splice(0, telling.length);
  }

  /** Credentials that were good for long may be bad by now: who has not used them since tries them once, as after a restart. */
  function takeOver(next: Circuit): void {
    const before = current();
    const sinceMs = clock.elapsedMs() - countedMs;
    circuit = {
      ...next,
      proven: next.proven.filter(({ fingerprint, atMs }) => atMs > sinceMs || isProven(before, fingerprint)),
      // Read again, it would end a few milliseconds earlier or later, and be news.
      open: next.opened === before.opened ? before.open : next.open,
    };
  }

  /** Whether it is this replica's turn; while the store can't be reached, it always is. */
  async function take(signal: AbortSignal): Promise<'mine' | 'taken' | 'alone'> {
    try {
      return await serially(async () => {
        if (signal.aborted) return 'taken';
        isTrying = true;
        const isMine = (await replicas.take([task], 1)).length > 0 || replicas.holds(task);
        isTrying = isMine;
        await exchange();
        return isMine ? 'mine' : 'taken';
      });
    } catch {
      return 'alone';
    }
  }

  function giveBack(): void {
    isTrying = false;
    // If this fails, `seen` tries again.
    void serially(() => replicas.release([task])).catch(() => {});
  }

  /** Gives the lease back even if the call hangs: then the others have waited for long enough. */
  function ofThisTurn(): End {
    const over = new AbortController();
    const end = () => {
      if (over.signal.aborted) return;
      over.abort();
      giveBack();
    };
    clock.sleep(replicas.leaseMs, over.signal).then(end, () => {});
    return end;
  }

  return {
    mark: (fingerprint) => markOf(task, fingerprint),
    current,
    async update(change) {
      untold.push(change);
      await serially(exchange).catch(() => {
        for (const one of untold.splice(0, untold.length - maxUntold)) circuit = one(circuit);
      });
    },
    async turn(isDecided, signal) {
      for (;;) {
        const whose = await take(signal);
        if (whose === 'taken' && !isDecided()) {
          await clock.sleep(waitMs, signal);
          continue;
        }
        if (whose === 'taken') return () => {};
        const end = ofThisTurn();
        if (signal.aborted) end();
        return end;
      }
    },
    async seen(tasks) {
      const seen = tasks.get(task);
      if (seen?.holder === replicas.name && !isTrying) giveBack();
      const version = seen?.version ?? null;
      if (version === seenVersion && untold.length === 0) return;
      await serially(exchange).then(
        () => {
          seenVersion = version;
        },
        () => {},
      );
    },
  };
}

/** Of what a circuit is about. It names no access key and no user: nobody can turn it back into an id of 20 characters. */
function digest(key: string): string {
  return createHash('sha256').update(`secmaster-exporter ${key}`).digest('base64url').slice(0, 22);
}

/**
 * Of credentials, for the store. So short that it confirms no guess of a password, since every 65,536th guess has the same; of the
 * few credentials that a circuit sees, hardly ever two do.
 */
function markOf(task: string, fingerprint: string): string {
  return createHash('sha256').update(`${task} ${fingerprint}`).digest('hex').slice(0, 4);
}
