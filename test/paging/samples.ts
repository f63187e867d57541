import type { SimulatedSoc } from '../support/world/simulated-soc.ts';
import type { Labels } from './labels.ts';
import type { Writer } from './remote-write.ts';

/** What Prometheus would have scraped of one exporter. */
export interface Scraper {
  /** @param own samples of the process, which the exporter's workspaces know nothing of */
  scrape(collected: ReturnType<SimulatedSoc['collected']>, own: readonly OwnSample[], atMs: number): Promise<void>;
  /** The exporter doesn't answer. */
  miss(atMs: number): Promise<void>;
}

export interface OwnSample {
  readonly name: string;
  readonly labels: Labels;
  readonly value: number;
}

/**
 * @param target the labels that Prometheus gives to each series
 * @param read the metrics that any rule reads: the others are left out
 */
export function createScraper(
  writer: Writer,
  {
    target,
    workspace,
    read,
  }: { readonly target: Labels; readonly workspace: string; readonly read: ReadonlySet<string> },
): Scraper {
  let shown = new Map<string, { readonly name: string; readonly labels: Labels }>();

  async function end(before: typeof shown, atMs: number): Promise<void> {
    for (const one of before.values()) await writer.write({ ...one, atMs, value: null });
  }

  async function up(value: number, atMs: number): Promise<void> {
    await writer.write({ name: 'up', labels: target, atMs, value });
  }

  return {
    async scrape(collected, own, atMs) {
      const before = shown;
      shown = new Map();
      const add = async (name: string, labels: Labels, value: number) => {
        const key = keyOf(name, labels);
        const known = before.get(key) ?? { name, labels: { ...labels, ...target } };
        before.delete(key);
        shown.set(key, known);
        await writer.write({ ...known, atMs, value });
      };
      for (const { family, samples } of collected) {
        if (!isRead(family, read)) continue;
        for (const { suffix = '', labels, le, value } of samples) {
          const name = family.name + suffix;
          if (read.has(name)) await add(name, { workspace, ...labels, ...(le !== undefined && { le }) }, value);
        }
      }
      for (const { name, labels, value } of own) if (read.has(name)) await add(name, labels, value);
      await up(1, atMs);
      await end(before, atMs);
    },
    async miss(atMs) {
      await up(0, atMs);
      await end(shown, atMs);
      shown = new Map();
    },
  };
}

function isRead({ name, type }: { readonly name: string; readonly type: string }, read: ReadonlySet<string>): boolean {
  if (type !== 'histogram') return read.has(name);
  return ['_bucket', '_sum', '_count'].some((suffix) => read.has(name + suffix));
}

function keyOf(name: string, labels: Labels): string {
  let key = name;
  for (const value of Object.values(labels)) key += `\n${value}`;
  return key;
}
