import { serialize } from 'prometheus-remote-write';
import { type Labels, labelsKey } from './labels.ts';

export interface Sample {
  readonly name: string;
  readonly labels: Labels;
  readonly atMs: number;
  /** null: the series ends here, as in a scrape that no longer shows it. */
  readonly value: number | null;
}

/** Sends samples to Prometheus in batches. Each series must come in the order of time. */
export interface Writer {
  write(sample: Sample): Promise<void>;
  /** Sends what is left. */
  flush(): Promise<void>;
}

const perBatch = 20_000;

/** No metric has it; it stands for the marker until the bytes are written. */
const placeholder = -Number.MAX_VALUE;
/** Prometheus' marker is a NaN of its own. JavaScript keeps no NaN apart from another, so its bytes are put in afterwards. */
const markerBytes = Buffer.from('7ff0000000000002', 'hex').reverse();
const placeholderBytes = Buffer.from(new Float64Array([placeholder]).buffer);

export function createWriter(send: (body: Uint8Array) => Promise<void>): Writer {
  const series = new Map<string, { labels: { name: string; value: string }[]; samples: Point[] }>();
  let size = 0;

  async function flush(): Promise<void> {
    if (size === 0) return;
    const timeseries = [...series.values()].filter(({ samples }) => samples.length > 0);
    const bytes = Buffer.from(await serialize({ timeseries } as never));
    for (const one of timeseries) one.samples = [];
    size = 0;
    for (let at = bytes.indexOf(placeholderBytes); at !== -1; at = bytes.indexOf(placeholderBytes, at + 8)) {
      markerBytes.copy(bytes, at);
    }
    await send(snappy(bytes));
  }

  return {
    async write({ name, labels, atMs, value }) {
      const key = `${name}${labelsKey(labels)}`;
      let one = series.get(key);
      if (one === undefined) {
        const named = Object.entries({ ...labels, __name__: name }).sort(([a], [b]) => (a < b ? -1 : 1));
        one = { labels: named.map(([label, text]) => ({ name: label, value: text })), samples: [] };
        series.set(key, one);
      }
      one.samples.push({ value: value ?? placeholder, timestamp: atMs });
      size += 1;
      if (size >= perBatch) await flush();
    },
    flush,
  };
}

interface Point {
  readonly value: number;
  readonly timestamp: number;
}

/** Snappy's block format, with everything as one literal: on loopback, compressing costs more than it saves. */
export function snappy(bytes: Uint8Array): Uint8Array {
  const length: number[] = [];
  for (let rest = bytes.length; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) {
      length.push(rest);
      break;
    }
    length.push((rest % 128) + 128);
  }
  const literal = Buffer.alloc(5);
  literal[0] = 63 << 2;
  literal.writeUInt32LE(bytes.length - 1, 1);
  return Buffer.concat([Buffer.from(length), literal, bytes]);
}
