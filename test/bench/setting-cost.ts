import type { ExporterProcess } from './exporter-process.ts';
import { against, type Figure, inMs } from './figure.ts';
import type { Process } from './processes.ts';
import type { SecMasterProcess } from './secmaster-process.ts';
import { median } from './statistics.ts';

/** Those of half a minute, with 40,000 a day. */
const runs = 14;

export interface Compared {
  readonly secmaster: Process<SecMasterProcess>;
  /** Without the setting and with it, on ledgers that are alike. */
  readonly both: readonly [Process<ExporterProcess>, Process<ExporterProcess>];
  readonly rounds: number;
  /** How an exporter is polled. */
  readonly call: 'poll' | 'pollAndAfter';
  /** What the figures are about, such as `all against none`. */
  readonly series: string;
  readonly cpu: (runs: number) => string;
}

/** What a setting costs: series, and the CPU of a poll with some ended runs, in turns. */
export async function settingCost({ secmaster, both, rounds, call, series, cpu }: Compared): Promise<Figure[]> {
  const took: [number[], number[]] = [[], []];
  for (let round = 0; round < 8 * rounds; round++) {
    await secmaster.call('finishNext', runs);
    const turns = both.map((one, i) => async () => took[i]?.push((await one.call(call, undefined)).cpuMs));
    for (const turn of round % 2 === 0 ? turns : turns.reverse()) await turn();
  }
  const [seriesWithout, seriesWith] = [await seriesOf(both[0]), await seriesOf(both[1])];
  const [cpuWithout, cpuWith] = [median(took[0]), median(took[1])];
  return [
    against(series, String(seriesWithout), String(seriesWith), seriesWith / seriesWithout),
    against(cpu(runs), inMs(cpuWithout), inMs(cpuWith), cpuWith / cpuWithout),
  ];
}

async function seriesOf(exporter: Process<ExporterProcess>): Promise<number> {
  const text = await (await fetch(await exporter.call('url', undefined))).text();
  return text.split('\n').filter((line) => line.startsWith('secmaster_workflow_')).length;
}
