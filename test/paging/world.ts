import { createSqliteStore } from '../../src/ledger/sqlite/store.ts';
import { createEventQueue } from '../../src/simulator/event-queue.ts';
import { day, minute } from '../support/rhythm/calendar.ts';
import { createSoc, type SimulatedSoc } from '../support/world/simulated-soc.ts';
import type { ExporterTrouble, Incident } from './incident.ts';
import { type Happened, live } from './life.ts';
import type { PlaybookPlan } from './playbooks.ts';
import { withQuickLists } from './quick-lists.ts';
import type { Writer } from './remote-write.ts';
import { createScraper, type OwnSample } from './samples.ts';

/** A SOC with its playbooks, and what happens in it. */
export interface WorldPlan {
  readonly name: string;
  readonly playbooks: readonly PlaybookPlan[];
  readonly incidents: readonly Incident[];
}

export interface WorldOptions {
  readonly seed: number;
  /** From the installation of the exporter to the end. */
  readonly days: number;
  /** The metrics that any rule reads. */
  readonly read: ReadonlySet<string>;
  /** The SOC has lived for so long before: the exporter reads of it as far back as it remembers. */
  readonly historyDays?: number;
}

/** What is known of a world once its samples are written. */
export interface MadeWorld {
  readonly installedMs: number;
  readonly endMs: number;
  readonly happened: readonly Happened[];
}

/** A Monday. Polls and scrapes come some seconds after the minute. */
export const installedMs = Date.parse('2026-06-01T00:00:17Z');

/** A poll and the scrape after it. */
const scrapedAfterMs = 20_000;

/** The defaults of the configuration, where those of other tests differ. */
const settings = {
  durationBuckets: [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 14400],
  newSeriesHoldMs: 65_000,
};

/** Longer than any rule or rhythm needs. */
const usualHistoryDays = 21;

/** Lives through a world minute by minute: a poll and a scrape in each. */
export async function makeWorld(
  plan: WorldPlan,
  writer: Writer,
  { seed, days, read, historyDays = usualHistoryDays }: WorldOptions,
): Promise<MadeWorld> {
  const queue = createEventQueue();
  const happened: Happened[] = [];
  const endMs = installedMs + days * day;
  const spans = plan.incidents.map((incident) => ({ ...incident, ...spanOf(incident) }));
  const troubledNow = (kind: ExporterTrouble) =>
    spans.find(({ exporter, fromMs, untilMs }) => exporter === kind && soc.now() >= fromMs && soc.now() < untilMs);
  const isTroubled = () =>
    soc !== undefined &&
    spans.some(({ exporter, fromMs, untilMs }) => exporter !== undefined && soc.now() >= fromMs && soc.now() < untilMs);

  const options = {
    beganMs: installedMs,
    settings,
    through: (one: SimulatedSoc['secmaster']) => {
      const quick = withQuickLists(one, { version: () => soc.world.version(), isTroubled, now: () => soc.now() });
      return {
        ...quick,
        credentialsExpireAtMs: () => expiryMs(troubledNow('credentials_not_renewed')?.fromMs ?? soc.now()),
      };
    },
  };
  let soc: SimulatedSoc = createSoc(options);
  live(soc.world, queue, plan.playbooks, {
    seed,
    installedMs,
    fromMs: installedMs - historyDays * day,
    troubles: spans.flatMap(({ playbooks, change, fromMs, untilMs }) =>
      change === undefined ? [] : [{ playbooks, change, fromMs, untilMs }],
    ),
    onHappened: (one) => {
      if (one.atMs >= installedMs) happened.push(one);
    },
  });
  for (const { act, fromMs } of spans) if (act !== undefined) queue.at(fromMs, (atMs) => act(soc.world, atMs));

  const scraper = createScraper(writer, {
    target: { job: 'secmaster', instance: plan.name },
    workspace: 'soc',
    read,
  });
  const counted = createRequestCounts(soc);
  const done = new Set<string>();
  let startedMs = soc.now();
  const once = (kind: ExporterTrouble, act: () => void) => {
    const trouble = troubledNow(kind);
    if (trouble === undefined || done.has(trouble.name)) return;
    done.add(trouble.name);
    act();
  };
  const begin = () => {
    startedMs = soc.now();
    counted.clear();
  };

  for (let number = 0; number * minute < endMs - installedMs; number += 1) {
    soc.turn(Math.max(0, installedMs + number * minute - soc.now()));
    queue.runUntil(soc.now());
    if (troubledNow('down') !== undefined) {
      await scraper.miss(soc.now());
      once('down', () => soc.restart());
      begin();
      continue;
    }
    once('restart', () => {
      soc.restart();
      begin();
    });
    once('ledger_lost', () => {
      soc = createSoc({ ...options, after: soc, store: createSqliteStore(':memory:') });
      begin();
    });
    const isRefused = troubledNow('secmaster_down') !== undefined;
    const isFailing = isRefused || (troubledNow('three_polls_in_five_fail') !== undefined && number % 5 < 3);
    if (isFailing) soc.simulator.faults.add({ kind: 'status', status: 503 });
    else if (troubledNow('throttled') !== undefined) soc.simulator.faults.add({ kind: 'throttle', probability: 0.4 });
    await soc.poll();
    soc.simulator.faults.clear();
    soc.turn(scrapedAfterMs);
    const own: OwnSample[] = [
      { name: 'process_start_time_seconds', labels: {}, value: startedMs / 1000 },
      ...counted.samples(),
    ];
    await scraper.scrape(soc.collected(), own, soc.now());
    soc.scraped();
  }
  await writer.flush();
  return { installedMs, endMs, happened };
}

/** Its times, which begin at a minute. */
export function spanOf({ fromDay, hours }: Pick<Incident, 'fromDay' | 'hours'>): { fromMs: number; untilMs: number } {
  const fromMs = installedMs + Math.round((fromDay * day) / minute) * minute;
  return { fromMs, untilMs: fromMs + hours * 3_600_000 };
}

/** Credentials live for a day, and are renewed in time. */
function expiryMs(renewedMs: number): number {
  return renewedMs + day;
}

/** What the simulator was asked since the process began, as the exporter counts it. */
function createRequestCounts({ simulator }: SimulatedSoc) {
  let counts = new Map<string, OwnSample>();
  let seen = simulator.requests.total();
  return {
    clear() {
      counts = new Map();
    },
    samples(): OwnSample[] {
      const total = simulator.requests.total();
      for (const { operation, status } of simulator.requests.last(total - seen)) {
        const code = String(status ?? 'network');
        const key = `${operation} ${code}`;
        counts.set(key, {
          name: 'secmaster_exporter_api_requests_total',
          labels: { operation, code },
          value: (counts.get(key)?.value ?? 0) + 1,
        });
      }
      seen = total;
      return [...counts.values()];
    },
  };
}
