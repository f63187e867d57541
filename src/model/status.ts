/** The statuses and trigger types of an instance. SecMaster may return undocumented ones. */

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

const documentedStatuses = spellings([...endedStatuses, ...openStatuses]);
const documentedTriggerTypes = spellings(['DEBUG', 'TIMER', 'EVENT', 'MANUAL']);

/** A documented status in the documented spelling, in whatever case it comes; another one as it is. */
export function canonicalStatus(status: string): string {
  return documentedStatuses.get(status.toUpperCase()) ?? status;
}

/** A documented trigger type in the documented spelling, in whatever case it comes; another one as it is. */
export function canonicalTriggerType(triggerType: string): string {
  return documentedTriggerTypes.get(triggerType.toUpperCase()) ?? triggerType;
}

export function isDocumentedStatus(status: string): boolean {
  return documentedStatuses.has(status);
}

export function isDocumentedTriggerType(triggerType: string): boolean {
  return documentedTriggerTypes.has(triggerType);
}

function spellings(values: readonly string[]): ReadonlyMap<string, string> {
  return new Map(values.map((value) => [value.toUpperCase(), value]));
}
