import { setTimeout as sleep } from 'node:timers/promises';
import type { Truth } from '../../src/simulator/truth.ts';
import { sampleValue, total } from '../support/metrics/exposition.ts';
import { differingLines, ofWorkspace, sharedFamilies } from '../support/metrics/shared-families.ts';
import { differences, streakDifferences } from '../support/world/compare.ts';
import { labelsFrom, nodeDifferences, playbookDifferences } from '../support/world/compare-playbooks.ts';
import { lookbackMs, type Site } from './site.ts';
import { hourMs } from './soc.ts';

const ownValue = (text: string, name: string) => sampleValue(text, `secmaster_exporter_${name}`) ?? 0;

interface Progress {
  readonly what: string;
  readonly polls: number;
  readonly isGood: boolean;
  readonly polledMs: number;
}

async function progressOf({ replicas, reference, workspaces }: Site): Promise<Progress[]> {
  const all = [...replicas, ...(reference === null ? [] : [{ ...reference, name: 'reference' }])];
  const texts = await Promise.all(
    all.map(async (one) => ({ name: one.name, text: await one.get('/metrics').catch(() => '') })),
  );
  return texts.flatMap(({ name, text }) =>
    workspaces.map((workspace) => {
      const own = ofWorkspace(text, workspace.name);
      return {
        what: `${name}, ${workspace.name}`,
        polls: ownValue(own, 'polls_total'),
        isGood: sampleValue(own, 'secmaster_up') === 1 && ownValue(own, 'window_complete') === 1,
        polledMs: ownValue(own, 'last_poll_timestamp_seconds') * 1000,
      };
    }),
  );
}

/**
 * Until every replica shows of each workspace two more polls than when SecMaster's time had come to `fromMs`, the last of them good
 * with the window complete.
 */
export async function polledEverywhere(site: Site, fromMs = 0, withinMs = 120_000): Promise<void> {
  const first = new Map<string, number>();
  const untilMs = Date.now() + withinMs;
  for (;;) {
    const progress = await progressOf(site);
    const waiting = progress.filter(({ what, polls, isGood, polledMs }) => {
      if (!first.has(what) && polledMs >= fromMs) first.set(what, polls);
      return !isGood || !(polls >= (first.get(what) ?? Number.POSITIVE_INFINITY) + 2);
    });
    if (waiting.length === 0) return;
    if (Date.now() > untilMs)
      throw new Error(`no two good polls in ${withinMs / 1000} s: ${JSON.stringify(waiting, null, 1)}`);
    await sleep(400 + 30 * site.workspaces.length);
  }
}

/**
 * Starts the replicas, creates the ledgers in peace, so that the truth knows since when to count, and fills the worlds. What SecMaster is
 * like can only be found out then, by processes that have not tried before.
 */
export async function begin(site: Site): Promise<void> {
  await Promise.all(site.replicas.map((one) => one.start()));
  await polledEverywhere(site);
  await site.turn(3 * hourMs);
  await Promise.all([...site.replicas.map((one) => one.end('SIGTERM')), site.reference?.restart()]);
  await Promise.all(site.replicas.map((one) => one.start()));
  await polledEverywhere(site);
}

/** Until the replicas and the one process have read as many topologies: what is left then is left to both. */
export async function evenlyRead({ replicas, reference }: Site, withinMs = 120_000): Promise<void> {
  const readBy = async (one: { get(path: string): Promise<string> } | null | undefined) =>
    total((await one?.get('/metrics')) ?? '', 'secmaster_exporter_topologies_total');
  const untilMs = Date.now() + withinMs;
  while ((await readBy(replicas[0])) !== (await readBy(reference))) {
    if (Date.now() > untilMs) throw new Error(`not as many topologies read in ${withinMs / 1000} s`);
    await sleep(200);
  }
}

/** How what one replica shows differs from the truth about each workspace. */
export async function differencesFromTruth(site: Site, exposition: string): Promise<string[]> {
  const found = await Promise.all(
    site.workspaces.map(async ({ id, name }) => {
      const text = ofWorkspace(exposition, name);
      const sinceMs = Math.round(ownValue(text, 'ledger_created_timestamp_seconds') * 1000);
      const polledMs = ownValue(text, 'last_poll_timestamp_seconds') * 1000;
      return compare(text, await site.truth(id, sinceMs, polledMs)).map((difference) => `${name}: ${difference}`);
    }),
  );
  return found.flat();
}

function compare(text: string, truth: Truth): string[] {
  const nowMs = ownValue(text, 'last_poll_timestamp_seconds') * 1000;
  const windowStartMs = Math.floor((nowMs - lookbackMs) / 60_000) * 60_000;
  const former = labelsFrom(text, truth);
  return [
    ...differences(text, truth, nowMs - lookbackMs),
    ...streakDifferences(text, truth),
    ...playbookDifferences(text, truth, { nowMs, windowStartMs, former, unread: new Set() }).filter(isNotListed),
    ...nodeDifferences(text, truth, former, false),
  ];
}

/** A process reads SecMaster's list of playbooks again after five minutes of its own. */
const isNotListed = (difference: string) => !difference.startsWith('secmaster_playbook_enabled');

/** Until the first replica shows the truth: what it differs in after some tries, none if in nothing. */
export async function shownTruth(site: Site): Promise<string[]> {
  let differing: string[] = [];
  for (let tries = 0; tries < 4; tries++) {
    await polledEverywhere(site, await site.turn(1_000));
    differing = await differencesFromTruth(site, (await site.replicas[0]?.get('/metrics')) ?? '');
    if (differing.length === 0) break;
  }
  return differing;
}

/** Ends the polls, and says how the replicas differ once nothing changes any more. */
export async function differencesOnceQuiet(site: Site, withinMs = 2_000): Promise<string[]> {
  await site.schedule('1h');
  const texts = () => Promise.all(site.replicas.map(async (one) => sharedFamilies(await one.get('/metrics'))));
  let last = await texts();
  let changedAtMs = Date.now();
  // Nothing is told or committed any more once the expositions have stood still for so long.
  while (Date.now() < changedAtMs + 2 * withinMs) {
    await sleep(100);
    const now = await texts();
    if (now.some((text, n) => text !== last[n])) changedAtMs = Date.now();
    last = now;
  }
  return site.replicas.flatMap(({ name }, n) => {
    const lines = differingLines(last[0] ?? '', last[n] ?? '');
    return lines.length === 0 ? [] : [`${name}: ${lines.join('\n')}`];
  });
}
