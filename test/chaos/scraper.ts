import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { Replica } from '../support/process/replica.ts';
import { allCounters, watchCounters } from './counters.ts';

const everyMs = 400;
/** A scrape is copied from memory; on a loaded machine it takes its time. */
const maxMs = 8_000;

export interface Scraper {
  /** What is wrong with what was scraped: falls of counters, scrapes that failed. */
  readonly complaints: string[];
  readonly scrapes: () => number;
  stop(): Promise<void>;
}

/**
 * Scrapes every replica all the time, as Prometheus would.
 *
 * @param mayLose whether a process may end while it can't tell the others of its polls
 */
export function scrapeAlways(replicas: readonly Replica[], timeOf: () => string, mayLose = false): Scraper {
  const complaints: string[] = [];
  const stopping = new AbortController();
  let scrapes = 0;

  async function scrape(one: Replica): Promise<void> {
    const counters = watchCounters(allCounters);
    let told = 0;
    let seenLives = 0;
    while (!stopping.signal.aborted) {
      await sleep(everyMs);
      if (one.state !== 'running') continue;
      const { lives } = one;
      const pauses = one.pauses;
      if (lives !== seenLives) counters.restarted(mayLose);
      seenLives = lives;
      const response = await fetch(`http://127.0.0.1:${one.port}/metrics`, { signal: AbortSignal.timeout(maxMs) })
        .then(async (answer) => ({ status: answer.status, text: await answer.text() }))
        .catch((error: Error) => ({ status: 0, text: String(error.cause ?? error) }));
      const isUndisturbed = one.state === 'running' && one.lives === lives && one.pauses === pauses;
      if (response.status === 200) {
        counters.see(response.text);
        scrapes++;
      } else if (isUndisturbed) {
        complaints.push(`${timeOf()} ${one.name}: a scrape got ${response.status} ${response.text.slice(0, 200)}`);
      }
      for (const fall of counters.falls.slice(told)) complaints.push(`${timeOf()} ${one.name}: ${fall}`);
      told = counters.falls.length;
    }
  }

  const ended = Promise.all(replicas.map(scrape));
  const stop = async () => {
    stopping.abort();
    await ended;
  };
  onTestFinished(stop);
  return { complaints, scrapes: () => scrapes, stop };
}
