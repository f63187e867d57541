import type { HabitName } from '../simulator/habits.ts';

export interface DemoBanner {
  readonly version: string;
  /** Of the status page, with a slash at the end; null: it is served on a Unix socket. */
  readonly url: string | null;
  /** Below `url`. */
  readonly telemetryPath: string;
  readonly pollSeconds: number;
  /** Of the busy SOC. */
  readonly runsPerMinute: number;
  /** None: a busy SOC. */
  readonly habits: readonly HabitName[];
}

/** What someone who tries the exporter reads first: where to look, and what to expect there. */
export function demoBanner({ version, url, telemetryPath, pollSeconds, runsPerMinute, habits }: DemoBanner): string {
  const page = url ?? 'on the Unix socket that systemd passed';
  const metrics = url === null ? `there at ${telemetryPath}` : `${url}${telemetryPath.slice(1)}`;
  const expected =
    habits.length === 0
      ? [
          'The last day is read, which takes a minute or two: the gauges grow to some 43,000 runs.',
          `About ${runsPerMinute} runs begin each minute, and one in twenty fails. Counters start at 0 and grow with them.`,
        ]
      : [
          `Five weeks of history are read. Then the expected starts are known of playbooks that run: ${habits.join(', ')}.`,
          'New runs begin by the same habits. Counters start at 0 and grow with them.',
        ];
  return `secmaster-exporter ${version}, demo: a simulated SecMaster in this process. No account is needed, and nothing is kept.

  status page  ${page}
  metrics      ${metrics}

In the next minutes:
${[`The exporter polls every ${pollSeconds} seconds; the first numbers are there within seconds.`, ...expected].map((line) => `  - ${line}\n`).join('')}
Press Ctrl-C to stop.
`;
}
