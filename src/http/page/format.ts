import { html } from 'hono/html';

/** Formats of the status page; `html` escapes everything. */

/** `42 s`, `3 min 5 s`, `2 h 10 min`, `5 d 3 h`. */
export function duration(seconds: number): string {
  const whole = Math.floor(seconds);
  for (const [bigSeconds, big, smallSeconds, small] of units) {
    if (whole < bigSeconds) continue;
    const rest = Math.floor((whole % bigSeconds) / smallSeconds);
    return `${Math.floor(whole / bigSeconds)} ${big}${rest > 0 ? ` ${rest} ${small}` : ''}`;
  }
  return `${whole} s`;
}

const units = [
  [86_400, 'd', 3_600, 'h'],
  [3_600, 'h', 60, 'min'],
  [60, 'min', 1, 's'],
] as const;

/** With commas. */
export function join<Part>(parts: readonly Part[]) {
  return parts.map((part, i) => (i === 0 ? html`${part}` : html`, ${part}`));
}

/** An ISO time, to the second and without the T. The page's script writes it in the reader's zone. */
export function moment(iso: string | null) {
  if (iso === null) return html`<span class="none">none yet</span>`;
  return html`<time datetime="${iso}">${iso.slice(0, 19).replace('T', ' ')} UTC</time>`;
}

/** A name from SecMaster, isolated because it may be written from right to left. */
export function name(text: string) {
  return text === '' ? html`<span class="none">none</span>` : html`<bdi>${text}</bdi>`;
}
