/** The time of day in a place whose clocks may change. */
export interface Zone {
  /** What its clocks are ahead of UTC by. */
  offsetMs(utcMs: number): number;
  /** When the clocks show so; where they never do, an hour later, and where they do twice, the first time. */
  utcMs(localMs: number): number;
}

const hourMs = 3_600_000;

/** @param name such as `Europe/Berlin` */
export function createZone(name: string): Zone {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone: name, timeZoneName: 'longOffset' });
  const known = new Map<number, number>();

  function offsetMs(utcMs: number): number {
    const quarter = Math.floor(utcMs / (hourMs / 4));
    let offset = known.get(quarter);
    if (offset === undefined) {
      const text =
        format.formatToParts(quarter * (hourMs / 4)).find(({ type }) => type === 'timeZoneName')?.value ?? '';
      const [, sign, hours = '0', minutes = '0'] = /([+-])(\d\d):(\d\d)/.exec(text) ?? [];
      offset = (sign === '-' ? -1 : 1) * (Number(hours) * hourMs + Number(minutes) * 60_000);
      known.set(quarter, offset);
    }
    return offset;
  }

  return {
    offsetMs,
    utcMs: (localMs) => {
      const before = offsetMs(localMs - 24 * hourMs);
      const early = localMs - before;
      if (offsetMs(early) === before) return early;
      const late = localMs - offsetMs(early);
      return offsetMs(late) === localMs - late ? late : early;
    },
  };
}
