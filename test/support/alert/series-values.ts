/** The samples of a series in promtool's unit tests, each as it is written there: a number, `_` for none, or `stale`. */
export type Sample = string;

const number = String.raw`-?(?:\d+\.?\d*(?:e[+-]?\d+)?|Inf)|NaN`;
const item = new RegExp(`^(?<value>${number}|_|stale)(?:(?<step>[+-](?:${number}))?x(?<times>\\d+))?$`);

/** What promtool expands: `a+bxn` and `axn` are n + 1 samples, `_xn` is n. */
export function readValues(values: string): Sample[] {
  return values.trim().split(/\s+/).flatMap(readItem);
}

function readItem(text: string): Sample[] {
  const { value, step, times } = item.exec(text)?.groups ?? {};
  if (value === undefined || (step !== undefined && Number.isNaN(Number(value))))
    throw new Error(`no samples of promtool: ${text}`);
  const more = Number(times ?? 0);
  if (value === '_') return Array<Sample>(times === undefined ? 1 : more).fill(value);
  if (step === undefined) return Array<Sample>(more + 1).fill(value);
  const samples = [value];
  // As promtool does it, with the same rounding.
  for (let last = Number(value); samples.length <= more; samples.push(`${last}`)) last += Number(step);
  return samples;
}

/** As few items as runs of the same sample allow. */
export function writeValues(samples: readonly Sample[]): string {
  const items: string[] = [];
  for (let from = 0, to = 0; from < samples.length; from = to) {
    const sample = samples[from] as Sample;
    while (samples[to] === sample) to++;
    const count = to - from;
    if (count === 1) items.push(sample);
    else if (sample === 'stale') items.push(...samples.slice(from, to));
    else items.push(`${sample}x${sample === '_' ? count : count - 1}`);
  }
  return items.join(' ');
}
