import type { UnitTest } from '../support/alert/with-replicas.ts';

/** A value in what an alert says. */
interface ScrapedValue {
  /** What the test expects of its own samples. */
  readonly text: string;
  /** What takes its place, by the seconds between scrapes; where one is not named, the text stays. */
  readonly each: Readonly<Partial<Record<number, string>>>;
}

/**
 * Values that depend on when a target is scraped, by test: shares of scrapes, and increases that are extrapolated from the samples in the
 * window. Whether an alert fires depends on it nowhere.
 */
export const scrapedValues: Readonly<Record<string, readonly ScrapedValue[]>> = {
  'fires: it dies again and again': [
    { text: '28.57% succeeded', each: { 15: '30% succeeded', 30: '40% succeeded', 60: '40% succeeded' } },
  ],
  'fires: three polls in five fail, without a break until they succeed': [
    { text: 'only 33.33%', each: { 15: 'only 37.5%', 30: 'only 35%', 60: 'only 40%' } },
    { text: 'only 41.67%', each: { 15: 'only 47.5%', 30: 'only 45%', 60: 'only 40%' } },
  ],
  'fires: one request in three is answered with 429': [
    { text: '15 requests', each: { 15: '14 requests', 30: '14 requests' } },
  ],
  'fires: three replicas together have as many 429 as one process would': [
    { text: '12 requests', each: { 15: '11 requests' } },
  ],
};

/** The tests, with what their alerts say where targets are scraped so often. */
export function withScrapedValues(tests: readonly UnitTest[], everySeconds: number): UnitTest[] {
  return tests.map((one) => {
    const values = scrapedValues[one.name];
    if (values === undefined) return one;
    let expected = JSON.stringify(one.alert_rule_test);
    for (const { text, each } of values) {
      expected = expected.replaceAll(text, each[everySeconds] ?? text);
    }
    return { ...one, alert_rule_test: JSON.parse(expected) as UnitTest['alert_rule_test'] };
  });
}
