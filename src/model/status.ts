/** The statuses of an instance. SecMaster may return undocumented ones. */

/** Ended for now: a FAILED instance may still be retried. */
const endedStatuses: ReadonlySet<string> = new Set(['FINISHED', 'FAILED', 'TERMINATED']);
/** The documented open statuses, by which the list may be filtered (docs/secmaster-api.md#statuses-and-trigger-types). */
export const documentedOpenStatuses: readonly string[] = ['RUNNING', 'RETRYING', 'TERMINATING'];
/** Known only from Huawei's Terraform provider: a list may refuse to be filtered by it. */
export const undocumentedOpenStatus = 'CREATED';
const openStatuses: ReadonlySet<string> = new Set([...documentedOpenStatuses, undocumentedOpenStatus]);

/** An undocumented status counts as ended once the instance has an end_time. */
export function isEnded(instance: { readonly status: string; readonly endTimeMs: number | null }): boolean {
  if (endedStatuses.has(instance.status)) return true;
  if (openStatuses.has(instance.status)) return false;
  return instance.endTimeMs !== null;
}
