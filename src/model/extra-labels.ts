/** Labels that the configuration may add to the run metrics, in this order after `trigger_type`. */
export const extraLabels = ['workflow', 'workflow_version', 'dataclass', 'defense'] as const;
export type ExtraLabel = (typeof extraLabels)[number];
