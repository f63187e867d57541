/** Colours by what they mean, of the palette of Okabe and Ito, which stays apart in each kind of colour blindness. */
import type { Threshold } from '@grafana/grafana-foundation-sdk/dashboard';

const orange = '#E69F00';
const skyBlue = '#56B4E9';
const green = '#009E73';
const yellow = '#F0E442';
const blue = '#0072B2';
const vermillion = '#D55E00';
const purple = '#CC79A7';
const grey = '#999999';

/** In the order of its authors. */
const palette: readonly string[] = [orange, skyBlue, green, yellow, blue, vermillion, purple];

/**
 * Judgements, as backgrounds. Grafana writes on them in white, or in black where they are bright: orange is lightened and vermillion darkened
 * until that can be read.
 */
export const good = blue;
export const warning = '#FFB81C';
export const bad = '#BC5100';
/** Neither good nor bad, since nothing is known. */
export const unknown = '#6E6E6E';
/** The cell of a table that has nothing to say. */
export const nothingToSay = 'transparent';

export const neutral = skyBlue;
/** What is there to compare with. */
export const past = grey;
/** Where an alert began, or a version: no status has it. */
export const mark = grey;

export const allowed: readonly string[] = [...palette, grey, good, warning, bad, unknown, nothingToSay];

/** A colour for each name, in the order of the palette. */
export function inOrder(...names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name, index) => [name, palette[index % palette.length] ?? grey]));
}

/** By the value of a label `status`. */
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

/** By API operation; those that obtain credentials are one or the other. */
export const operationColours: Readonly<Record<string, string>> = {
  ...inOrder('list_workspaces', 'list_instances', 'show_instance', 'list_projects', 'list_playbooks', 'create_token'),
  create_oidc_token: purple,
  create_temporary_keys: purple,
  get_metadata_token: grey,
  get_security_key: purple,
};

/** By what made a poll fail: alike where the same is to be done. */
export const reasonColours: Readonly<Record<string, string>> = {
  throttled: orange,
  timeout: skyBlue,
  network: green,
  server_error: vermillion,
  unexpected_status: vermillion,
  unauthorized: purple,
  forbidden: purple,
  no_credentials: purple,
  not_found: yellow,
  bad_request: yellow,
  body_too_large: blue,
  body_cut: blue,
  body_not_json: blue,
  unexpected_body: blue,
  ledger: grey,
  internal: grey,
};

/** By HTTP status, or the kind of error where there is none. */
export const codeColours: Readonly<Record<string, string>> = {
  200: blue,
  201: skyBlue,
  429: orange,
  500: vermillion,
  502: vermillion,
  503: vermillion,
  504: vermillion,
  401: purple,
  403: purple,
  timeout: yellow,
  network: yellow,
};

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
export const warningBelow = (value: number): Steps => [
  { value: null, color: warning },
  { value, color: good },
];
