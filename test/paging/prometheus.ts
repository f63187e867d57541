import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Labels } from './labels.ts';
import { createWriter, type Writer } from './remote-write.ts';

export interface Series {
  readonly metric: Labels;
  readonly values: readonly Point[];
}

export interface Instant {
  readonly metric: Labels;
  readonly value: Point;
}

type Point = readonly [atSeconds: number, value: string];

/** A real Prometheus that scrapes nothing: samples of any time are written into it, and it is asked over all of them. */
export interface Prometheus extends AsyncDisposable {
  readonly version: string;
  writer(): Writer;
  /** At one time, with the number of samples that were read for it. */
  at(expr: string, atMs: number): Promise<{ readonly result: readonly Instant[]; readonly samples: number }>;
  /** Of any length. Both ends are evaluated. */
  range(expr: string, span: Span): AsyncIterable<readonly Series[]>;
}

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
}

/** Prometheus answers no more than 11,000 steps at once. */
const maxSteps = 10_000;

/** Everything stays in its newest block, so that recorded series may begin anywhere and nothing is compacted meanwhile. */
const oneBlock = ['--storage.tsdb.min-block-duration=400d', '--storage.tsdb.max-block-duration=400d'];

/** @param program the file of a Prometheus, 2.42 or newer */
export async function startPrometheus(folder: string, program = 'prometheus'): Promise<Prometheus> {
  mkdirSync(folder, { recursive: true });
  const configuration = join(folder, 'prometheus.yml');
  // JSON is YAML.
  writeFileSync(configuration, JSON.stringify({ storage: { tsdb: { out_of_order_time_window: '60d' } } }));
  const port = await freePort();
  const child = spawn(
    program,
    [
      `--config.file=${configuration}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--web.enable-remote-write-receiver',
      '--storage.tsdb.retention.time=10y',
      '--query.max-samples=500000000',
      '--query.timeout=1h',
      ...oneBlock,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-10_000);
  });
  const ended = Promise.race([once(child, 'close'), once(child, 'error')]);
  let isEnded = false;
  const end = () => {
    isEnded = true;
  };
  ended.then(end, end);
  const url = `http://127.0.0.1:${port}`;

  for (;;) {
    if (isEnded) throw new Error(`${program} did not start: ${said}`);
    const answer = await fetch(`${url}/-/ready`).catch(() => null);
    if (answer?.ok === true) break;
    await sleep(50);
  }

  async function ask(path: string, parameters: Record<string, string>): Promise<unknown> {
    const response = await fetch(`${url}/api/v1/${path}`, {
      method: 'POST',
      body: new URLSearchParams(parameters),
    });
    const answer = (await response.json()) as { status: string; error?: string; data: unknown };
    if (answer.status !== 'success') throw new Error(`${answer.error}: ${parameters.query}`);
    return answer.data;
  }

  async function send(body: Uint8Array): Promise<void> {
    const response = await fetch(`${url}/api/v1/write`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-protobuf',
        'content-encoding': 'snappy',
        'x-prometheus-remote-write-version': '0.1.0',
      },
      body,
    });
    if (!response.ok) throw new Error(`Prometheus took no samples: ${response.status} ${await response.text()}`);
    await response.arrayBuffer();
  }

  const built = (await (await fetch(`${url}/api/v1/status/buildinfo`)).json()) as { data: { version: string } };
  return {
    version: built.data.version,
    writer: () => createWriter(send),
    async at(query, atMs) {
      const parameters = { query, time: String(atMs / 1000), stats: 'all' };
      const { result, stats } = (await ask('query', parameters)) as {
        result: Instant[];
        stats: { samples: { totalQueryableSamples: number } };
      };
      return { result, samples: stats.samples.totalQueryableSamples };
    },
    async *range(query, { fromMs, toMs, stepMs }) {
      for (let start = fromMs; start <= toMs; start += maxSteps * stepMs) {
        const end = Math.min(toMs, start + (maxSteps - 1) * stepMs);
        const times = { start: String(start / 1000), end: String(end / 1000), step: String(stepMs / 1000) };
        const { result } = (await ask('query_range', { query, ...times })) as { result: Series[] };
        yield result;
      }
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await ended;
      process.off('exit', kill);
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}
