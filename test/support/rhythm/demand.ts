import { day, hour } from './calendar.ts';

interface Uniform {
  next(): number;
}

/** Instances at random, at a rate an hour that depends on the time. */
export function atRandom(
  random: Uniform,
  perHour: (ms: number) => number,
  mostPerHour: number,
  fromMs: number,
  toMs: number,
): number[] {
  const starts: number[] = [];
  let ms = fromMs;
  for (;;) {
    ms += (-Math.log(1 - random.next()) / mostPerHour) * hour;
    if (ms >= toMs) return starts;
    if (random.next() * mostPerHour < perHour(ms)) starts.push(Math.floor(ms));
  }
}

/** That many a day, between two hours. */
export function byDay(perDay: number, fromHour: number, toHour: number): (ms: number) => number {
  return (ms) => {
    const hourOfDay = (ms % day) / hour;
    return hourOfDay >= fromHour && hourOfDay < toHour ? perDay / (toHour - fromHour) : 0;
  };
}
