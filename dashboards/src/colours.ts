/** Colours by what they mean, of the palette of Okabe and Ito, which stays apart in each kind of colour blindness. */
import type { Threshold } from '@grafana/grafana-foundation-sdk/dashboard';

const blue = '#0072B2';
const skyBlue = '#56B4E9';
const orange = '#E69F00';
const vermillion = '#D55E00';
const green = '#009E73';
const yellow = '#F0E442';
const purple = '#CC79A7';
const grey = '#999999';

export const palette: readonly string[] = [blue, skyBlue, orange, vermillion, green, yellow, purple, grey];

export const good = blue;
export const warning = orange;
export const bad = vermillion;
export const neutral = skyBlue;
/** What is there to compare with. */
export const past = grey;
/** Neither good nor bad, since nothing is known. */
export const unknown = grey;

/** By the value of a label `status`; one that isn't listed is drawn in a shade of the neutral colour. */
export const statusColours: Readonly<Record<string, string>> = {
  FINISHED: blue,
  FAILED: vermillion,
  TERMINATED: purple,
  RUNNING: skyBlue,
  RETRYING: orange,
  TERMINATING: yellow,
  CREATED: grey,
};

export const triggerColours: Readonly<Record<string, string>> = {
  TIMER: blue,
  EVENT: skyBlue,
  MANUAL: orange,
  DEBUG: grey,
};

export const quantileColours: Readonly<Record<string, string>> = { p50: skyBlue, p95: blue, p99: orange };

/** By HTTP status; what went wrong without one has a name such as `timeout` and a shade of the neutral colour. */
export const codeColours: Readonly<Record<string, string>> = { 200: blue, 201: skyBlue, 429: orange, 500: vermillion };

export type Steps = readonly Threshold[];

export const noThresholds: Steps = [{ value: null, color: neutral }];
/** Good below, bad from the value on; where two are given, a warning between them. */
export function badFrom(value: number, warningFrom?: number): Steps {
  const middle = warningFrom === undefined ? [] : [{ value: warningFrom, color: warning }];
  return [{ value: null, color: good }, ...middle, { value, color: bad }];
}
/** Bad below the value, good from it on; where two are given, a warning between them. */
export function goodFrom(value: number, warningFrom?: number): Steps {
  const middle = warningFrom === undefined ? [] : [{ value: warningFrom, color: warning }];
  return [{ value: null, color: bad }, ...middle, { value, color: good }];
}
/** Good below, a warning from the value on. */
export const warningFrom = (value: number): Steps => [
  { value: null, color: good },
  { value, color: warning },
];
