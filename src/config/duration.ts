/** Durations as Prometheus writes them: model.ParseDuration and model.Duration.String of prometheus/common. */

/** Milliseconds per unit, largest first, which is their order in a duration. */
const units = [
  ['y', 365 * 86_400_000],
  ['w', 7 * 86_400_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;

const pattern = new RegExp(`^${units.map(([unit]) => `(?:(\\d+)${unit})?`).join('')}$`);

/** Prometheus keeps nanoseconds in 64 bits. */
const maxMs = Math.floor(2 ** 63 / 1e6);

/** Milliseconds, or null if the text is not a duration or too long for Prometheus. */
export function parseDuration(text: string): number | null {
  if (text === '') return null;
  if (text === '0') return 0;
  const amounts = pattern.exec(text)?.slice(1);
  if (amounts === undefined) return null;
  const ms = units.reduce((sum, [, unitMs], index) => sum + Number(amounts[index] ?? 0) * unitMs, 0);
  return ms <= maxMs ? ms : null;
}

/** The inverse. Years and weeks only if nothing remains: 90d reads better than 12w6d. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s';
  let text = '';
  let restMs = ms;
  for (const [unit, unitMs] of units) {
    const onlyWhole = unit === 'y' || unit === 'w';
    if (restMs < unitMs || (onlyWhole && restMs % unitMs !== 0)) continue;
    text += `${Math.floor(restMs / unitMs)}${unit}`;
    restMs %= unitMs;
  }
  return text;
}
