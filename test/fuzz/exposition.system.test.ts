/** What hostile pages have left in the exposition, read by Prometheus itself. */
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { contentTypes } from '../../src/metrics/writer.ts';
import { startPrometheus } from '../support/alert/prometheus.ts';
import { eventually } from '../support/process/processes.ts';
import { numberOf, seed } from './hold.ts';
import { createHostileSoc, type HostileSoc } from './hostile-soc.ts';
import { mutations } from './mutations.ts';

const pages = numberOf('FUZZ_PAGES_OF_PROMETHEUS', 200, 200);

/** One ledger that has seen them all; what is wrong with a single one is the business of `pages.test.ts`. */
async function afterPages(): Promise<HostileSoc> {
  const hostile = createHostileSoc({
    honestPolls: 2,
    perPoll: 4,
    mutations: fc.sample(mutations, { seed, numRuns: pages }),
  });
  for (let polls = 0; hostile.left() > 0 && polls < 3 * pages; polls++) await hostile.poll();
  await hostile.poll();
  return hostile;
}

test('promtool and Prometheus take the last exposition, in both formats, with as many samples as the strict parser', async () => {
  process.stdout.write(`FUZZ_SEED=${seed}\n`);
  const hostile = await afterPages();
  const [text, openMetrics] = [await hostile.exposition('text'), await hostile.exposition('openmetrics')];
  await hostile.close();
  const ours = text.split(/(?=^# HELP )/m).filter((family) => !/^# HELP (process|nodejs)_/.test(family));
  expect(
    execFileSync('promtool', ['check', 'metrics'], { input: ours.join(''), encoding: 'utf8', stdio: 'pipe' }),
  ).toBe('');

  const targets = await Promise.all(
    (
      [
        ['text', text],
        ['openmetrics', openMetrics],
      ] as const
    ).map(async ([format, body]) => {
      const server = createServer((_, response) => {
        response.writeHead(200, { 'content-type': contentTypes[format] }).end(body);
      }).listen(0, '127.0.0.1');
      onTestFinished(() => void server.close());
      await new Promise((resolve) => server.once('listening', resolve));
      return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, samples: samplesOf(body) };
    }),
  );
  const prometheus = await startPrometheus(targets.map(({ address }) => address));
  const scraped = async (address: string) => {
    const [up] = await prometheus.instant(`up{instance="${address}"}`);
    const [count] = await prometheus.instant(`scrape_samples_scraped{instance="${address}"}`);
    return up === undefined ? undefined : { up: up.values, samples: count?.values };
  };
  for (const { address, samples } of targets)
    expect(await eventually(() => scraped(address), 'a scrape')).toEqual({ up: [1], samples: [samples] });
});

function samplesOf(body: string): number {
  return body.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
}
