import { type ExtraLabel, extraLabels } from '../model/extra-labels.ts';
import type { Details } from '../model/instance.ts';
import type { Labels } from '../model/snapshot.ts';
import type { LabelValues } from './label-values.ts';

/** The values of the labels that the configuration adds to the run metrics. */

/** The value where SecMaster gives none. */
export const noValue = '(none)';

/** The name, and what stands for it where SecMaster gives none. */
const sources: Readonly<Record<ExtraLabel, (details: Details) => readonly [string | null, string | null]>> = {
  workflow: ({ workflow }) => [workflow?.name ?? null, workflow?.id ?? null],
  workflow_version: ({ workflow }) => [workflow?.version ?? null, workflow?.versionId ?? null],
  dataclass: ({ dataclass }) => [dataclass?.name ?? null, dataclass?.id ?? null],
  defense: ({ defenseId }) => [defenseId, null],
};

/** The labels of an instance. What its row leaves out, such as one of two replicas may, stays as it was known. */
export function extraValues(
  configured: readonly ExtraLabel[],
  details: Details,
  known: Labels | undefined,
  values: LabelValues,
): Labels {
  return Object.fromEntries(
    extraLabels
      .filter((label) => configured.includes(label))
      .map((label) => {
        const given = givenValue(label, details, known);
        return [label, given === null ? (known?.[label] ?? noValue) : values.of(label, given)];
      }),
  );
}

/** Records the values that a row gives. */
export function meetExtraValues(
  configured: readonly ExtraLabel[],
  details: Details,
  known: Labels | undefined,
  values: LabelValues,
  atMs: number,
): void {
  for (const label of configured) {
    const given = givenValue(label, details, known);
    if (given !== null) values.meet(label, given, atMs);
  }
}

/** null: the row gives none, or only what stands for a name that is known. */
export function givenValue(label: ExtraLabel, details: Details, known: Labels | undefined): string | null {
  const [name, substitute] = sources[label](details);
  const isKnown = (known?.[label] ?? noValue) !== noValue;
  const given = name ?? (isKnown ? null : substitute);
  return given === null ? null : apart(given);
}

/** A value that reads like one of the exporter's own stands in quotes; one that reads like that, in further ones. */
function apart(value: string): string {
  return /^("*)(\(none\)|other)\1$/.test(value) ? `"${value}"` : value;
}
