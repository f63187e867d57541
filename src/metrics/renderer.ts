import { setImmediate as turnOfEventLoop } from 'node:timers/promises';
import type { WorkspaceReport } from '../model/report.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { samplesOf, type WorkspaceFamily } from './family.ts';
import type { Bytes } from './gzip.ts';
import { createSampleWriter, type Format, familyEnds, familyStart } from './writer.ts';

/** The samples of one family and workspace, in blocks of about `blockBytes`. */
type Blocks = readonly Bytes[];

export const blockBytes = 256 * 1024;

/** Samples per turn of the event loop: less than a millisecond; 70,000 take 100 ms. */
export const samplesInSlice = 250;

/** Called once while a family fails for a workspace; the exposition continues without those samples. */
export type OnBug = (error: unknown, family: string, workspace: string) => void;

/** The last rendering of a workspace. */
interface Rendered {
  readonly snapshot: Snapshot | null;
  readonly durationBuckets: readonly number[];
  /** In the order of the families. */
  readonly families: readonly Blocks[];
}

/**
 * Renders the workspaces, family by family. Samples from a workspace's ledger are kept until its snapshot changes; the few
 * samples from polls are rendered each time. Unchanged blocks stay the same objects. One rendering must end before the next
 * starts.
 */
export function createRenderer(format: Format, families: readonly WorkspaceFamily[], onBug: OnBug) {
  const start = families.map((family) => Buffer.from(familyStart(format, family)));
  const end = familyEnds[format] === '' ? [] : [Buffer.from(familyEnds[format])];
  let known: ReadonlyMap<string, Rendered> = new Map();
  const told = new Set<string>();
  let inSlice = 0;

  async function renderFamily(
    family: WorkspaceFamily,
    report: WorkspaceReport,
    durationBuckets: readonly number[],
  ): Promise<Blocks> {
    const write = createSampleWriter(format, family, report.workspace);
    const place = JSON.stringify([family.name, report.workspace]);
    const blocks: Bytes[] = [];
    let text = '';
    try {
      for (const sample of samplesOf(family, report, durationBuckets)) {
        text += write(sample);
        if (text.length >= blockBytes) {
          blocks.push(Buffer.from(text));
          text = '';
        }
        inSlice += 1;
        if (inSlice < samplesInSlice) continue;
        inSlice = 0;
        await turnOfEventLoop();
      }
    } catch (error) {
      if (!told.has(place)) onBug(error, family.name, report.workspace);
      told.add(place);
      return [];
    }
    told.delete(place);
    if (text !== '') blocks.push(Buffer.from(text));
    return blocks;
  }

  async function renderWorkspace(report: WorkspaceReport, durationBuckets: readonly number[]): Promise<Rendered> {
    const { snapshot } = report;
    const before = known.get(report.workspace);
    const isKnown = before !== undefined && before.snapshot === snapshot && before.durationBuckets === durationBuckets;
    const all: Blocks[] = [];
    for (const [i, family] of families.entries()) {
      const blocks = before?.families[i] ?? [];
      if (isKnown && 'fromLedger' in family) all.push(blocks);
      else all.push(keepSame(blocks, await renderFamily(family, report, durationBuckets)));
    }
    return { snapshot, durationBuckets, families: all };
  }

  /** The blocks of each family: its first lines, those of each workspace, and its end. */
  return async (reports: readonly WorkspaceReport[], durationBuckets: readonly number[]): Promise<Blocks[]> => {
    const rendered: Rendered[] = [];
    for (const report of reports) rendered.push(await renderWorkspace(report, durationBuckets));
    known = new Map(rendered.map((one, i) => [reports[i]?.workspace ?? '', one]));
    return start.map((first, i) => [first, ...rendered.flatMap((one) => one.families[i] ?? []), ...end]);
  };
}

function keepSame(before: Blocks, now: Blocks): Blocks {
  return now.map((block, i) => {
    const same = before[i];
    return same !== undefined && Buffer.compare(same, block) === 0 ? same : block;
  });
}
