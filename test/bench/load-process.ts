/** Scrapes, and throws away what it gets. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { answer } from './processes.ts';
import { quantile } from './statistics.ts';

export interface Target {
  readonly url: string;
  readonly headers: Record<string, string>;
}

const pools = new Map<string, Pool>();

function scrape({ url, headers }: Target): Promise<void> {
  const { origin, pathname } = new URL(url);
  const pool = pools.get(origin) ?? new Pool(origin);
  pools.set(origin, pool);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let ok = false;
  pool.dispatch(
    { path: pathname, method: 'GET', headers },
    {
      onRequestStart() {},
      onResponseStart: (_, status) => {
        ok = status === 200;
      },
      onResponseData() {},
      onResponseEnd: () => (ok ? resolve() : reject(new Error(`${url} did not answer with 200`))),
      onResponseError: (_, error) => reject(error),
    },
  );
  return promise;
}

const functions = {
  /** So many scrapers, each with the next scrape as soon as the last one is there. */
  hammer: async ({ target, scrapers, ms }: { target: Target; scrapers: number; ms: number }) => {
    const latencies: number[] = [];
    const beganMs = performance.now();
    const loop = async () => {
      for (let nowMs = performance.now(); nowMs < beganMs + ms; ) {
        await scrape(target);
        const thenMs = nowMs;
        nowMs = performance.now();
        latencies.push(nowMs - thenMs);
      }
    };
    await Promise.all(Array.from({ length: scrapers }, loop));
    const perSecond = latencies.length / ((performance.now() - beganMs) / 1000);
    return { scrapes: latencies.length, perSecond, p99Ms: quantile(latencies, 0.99) };
  },
  /** One scrape each `everyMs`, until told to stop. */
  pace: async ({ target, everyMs }: { target: Target; everyMs: number }) => {
    const latencies: number[] = [];
    paceGoesOn = true;
    while (paceGoesOn) {
      const beganMs = performance.now();
      await scrape(target);
      latencies.push(performance.now() - beganMs);
      await sleep(Math.max(0, beganMs + everyMs - performance.now()));
    }
    return { scrapes: latencies.length, p99Ms: quantile(latencies, 0.99), maxMs: Math.max(...latencies) };
  },
  stop: () => {
    paceGoesOn = false;
  },
};
let paceGoesOn = false;
export type LoadProcess = typeof functions;
answer(functions);
