import { canonicalTriggerType, isDocumentedTriggerType } from '../../../src/model/status.ts';
import type { Instance } from '../../../src/simulator/instance.ts';

/** Playbooks with runs that nobody reads: begun before that time, of trigger types by which history isn't asked for. */
export function unreadPlaybooks(all: readonly Instance[], beforeMs: number): ReadonlySet<string> {
  const isUnread = ({ triggerType, createTimeMs }: Instance) =>
    createTimeMs < beforeMs && !isDocumentedTriggerType(canonicalTriggerType(triggerType));
  return new Set(all.filter(isUnread).map(({ playbook }) => playbook?.id ?? ''));
}
