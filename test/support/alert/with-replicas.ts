/** promtool's unit tests of rules, as these tests read them. */
export interface UnitTests {
  readonly rule_files: readonly string[];
  readonly tests: readonly UnitTest[];
}

export interface UnitTest {
  readonly name: string;
  /** Between two samples of a series. */
  readonly interval: string;
  readonly input_series: readonly { readonly series: string; readonly values: string }[];
  readonly alert_rule_test: readonly {
    readonly alertname: string;
    readonly exp_alerts?: readonly ExpectedAlert[];
  }[];
}

export interface ExpectedAlert {
  readonly exp_labels: Readonly<Record<string, string>>;
  readonly exp_annotations: Readonly<Record<string, string>>;
}

/** What a process counts of itself: the others count nothing while one does the work. */
const ofProcess = /^secmaster_exporter_api_requests/;

/** The same tests as if this many replicas showed each series, every one scraped as a target of its own. What fires stays the same. */
export function withReplicas(tests: readonly UnitTest[], replicas: number): UnitTest[] {
  const all = Array.from({ length: replicas }, (_, n) => n);
  return tests.map((one) => ({
    ...one,
    input_series: one.input_series.flatMap(({ series, values }) =>
      isScraped(series) && !ofProcess.test(series)
        ? all.map((n) => ({ series: ofReplica(series, n), values }))
        : [{ series, values }],
    ),
    alert_rule_test: one.alert_rule_test.map((test) =>
      test.alertname === 'SecMasterExporterDown' && test.exp_alerts !== undefined
        ? { ...test, exp_alerts: test.exp_alerts.flatMap((alert) => eachTarget(alert, all)) }
        : test,
    ),
  }));
}

/** Not what a rule has recorded, nor what steers the world of a test. */
export function isScraped(series: string): boolean {
  return !/^([^{]*:|test_)/.test(series);
}

function ofReplica(series: string, n: number): string {
  if (n === 0) return series;
  if (!series.includes('{')) return `${series}{instance="replica-${n}"}`;
  const renamed = series.replace(/\binstance="([^"]*)"/, (_, instance) => `instance="${nameOf(instance, n)}"`);
  return renamed === series ? series.replace('{', `{instance="replica-${n}", `) : renamed;
}

const nameOf = (instance: string, n: number) => (n === 0 ? instance : `replica-${n}-of-${instance}`);

/** Whether a target can be scraped is the one thing that is said of each. */
function eachTarget(alert: ExpectedAlert, all: readonly number[]): readonly ExpectedAlert[] {
  const { instance } = alert.exp_labels;
  if (instance === undefined) return [alert];
  return all.map((n) => JSON.parse(JSON.stringify(alert).replaceAll(instance, nameOf(instance, n))) as ExpectedAlert);
}
