import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PostgresServer } from '../support/postgres.ts';

/** What a database spends on one thing. */
export interface Cost {
  readonly transactions: number;
  /** Those of them that write. */
  readonly writes: number;
  readonly walBytes: number;
  /** Of all its processes. */
  readonly cpuMs: number;
}

/** @param work does the thing, and tells how many times it has done it */
export async function costOf(server: PostgresServer, work: () => Promise<number>): Promise<Cost> {
  const before = await spent(server);
  const times = await work();
  const after = await spent(server);
  const each = (key: keyof Cost) => (after[key] - before[key]) / times;
  return {
    transactions: each('transactions'),
    writes: each('writes'),
    walBytes: each('walBytes'),
    cpuMs: each('cpuMs'),
  };
}

async function spent(server: PostgresServer): Promise<Cost> {
  const cpuMs = cpuMsOf(server);
  const [row] = await server.sql<{ transactions: string; writes: string; wal: string }>(
    `SELECT (SELECT sum(xact_commit + xact_rollback) FROM pg_stat_database WHERE datname LIKE 'test%') AS transactions,
      txid_snapshot_xmax(txid_current_snapshot()) AS writes,
      pg_current_wal_insert_lsn() - '0/0' AS wal`,
  );
  return { transactions: Number(row?.transactions), writes: Number(row?.writes), walBytes: Number(row?.wal), cpuMs };
}

/** Connections that have become idle tell after so long what they have done. */
export const untilTold = () => sleep(11_000);

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** CPU time of the server and all its processes, those that have ended included. */
function cpuMsOf({ folder }: PostgresServer): number {
  const main = readFileSync(`${folder}/data/postmaster.pid`, 'utf8').split('\n')[0] ?? '';
  const children = execFileSync('pgrep', ['-P', main], { encoding: 'utf8' }).trim().split('\n');
  const ticks = (pid: string, withEnded: boolean) => {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15).map(Number);
      return user + system + (withEnded ? endedUser + endedSystem : 0);
    } catch {
      return 0;
    }
  };
  const all = ticks(main, true) + children.reduce((sum, pid) => sum + ticks(pid, false), 0);
  return (1_000 * all) / ticksPerSecond;
}
