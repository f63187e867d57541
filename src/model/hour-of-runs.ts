/** The ended runs of a playbook that began within one hour, by their status now. */
export interface HourOfRuns {
  /** The value of the label. */
  readonly playbook: string;
  /** When the hour begins. */
  readonly hourMs: number;
  /** Failed ones among them. */
  readonly ended: number;
  readonly failed: number;
}

/** So many hours are shown, the present one included. */
export const shownHours = 24;
