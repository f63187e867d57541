import { html } from 'hono/html';
import { counted } from '../../model/counted.ts';
import { shownHours } from '../../model/hour-of-runs.ts';
import type { HourStatus } from '../playbook-status.ts';

const hourMs = 3_600_000;
const [pitch, width, height] = [5, 4, 28];
/** So that a single run among thousands is seen. */
const minHeight = 3;
/** Hours with failures that are named to those who can't see the bars. */
const maxNamed = 6;

interface Bar extends Omit<HourStatus, 'hour'> {
  /** 0: the hour that contains the present. */
  readonly hoursAgo: number;
}

/** The last 24 hours as bars, up to a moment: what ended, and at its foot what failed. */
export function bars(hours: readonly HourStatus[], untilMs: number) {
  const all = barsOf(hours, untilMs);
  const highest = Math.max(...all.map(({ ended }) => ended));
  const tall = (runs: number) => (runs === 0 ? 0 : Math.max(minHeight, Math.round((runs / highest) * height)));
  const failed = all.filter((bar) => bar.failed > 0);
  return html`<svg class="bars" role="img" aria-label="${label(failed)}" viewBox="0 0 ${shownHours * pitch} ${height + 1}" width="${shownHours * pitch}" height="${height + 1}">
        <path class="axis" d="M0 ${height + 0.5}h${shownHours * pitch}"/>
        <path class="ended" d="${all.map(({ hoursAgo, ended }) => rectangle(hoursAgo, tall(ended))).join('')}"/>
        ${failed.map((bar) => html`<path class="failed" d="${rectangle(bar.hoursAgo, tall(bar.failed))}"><title>${said(bar)}</title></path>`)}
      </svg>`;
}

function barsOf(hours: readonly HourStatus[], untilMs: number): Bar[] {
  const last = Math.floor(untilMs / hourMs);
  return hours
    .map(({ hour, ended, failed }) => ({ hoursAgo: last - Math.floor(Date.parse(hour) / hourMs), ended, failed }))
    .filter(({ hoursAgo }) => hoursAgo >= 0 && hoursAgo < shownHours);
}

function rectangle(hoursAgo: number, tall: number): string {
  return `M${(shownHours - 1 - hoursAgo) * pitch} ${height}v-${tall}h${width}v${tall}z`;
}

function label(failed: readonly Bar[]): string {
  if (failed.length === 0) return 'Runs by the hour: none failed.';
  const more = failed.length - maxNamed;
  const named = failed.toReversed().slice(0, maxNamed).map(said);
  return `Runs by the hour: ${[...named, ...(more > 0 ? [`and in ${counted(more, 'hour')} before`] : [])].join(', ')}.`;
}

function said({ hoursAgo, ended, failed }: Bar): string {
  const when = hoursAgo === 0 ? 'in this hour' : `${counted(hoursAgo, 'hour')} ago`;
  return `${failed} of ${ended} failed ${when}`;
}
