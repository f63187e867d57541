import { maxStepRequests } from '../secmaster/api/pager.ts';
import { maxAuditRequests } from './count-audit.ts';
import { maxHistoryRequests } from './history-reader.ts';
import { maxReads } from './nodes.ts';
import { maxOpenRequests } from './open.ts';
import { maxListingRequests } from './playbooks.ts';
import { maxProbeRequests } from './profile/probe.ts';
import { maxRecheckRequests } from './recheck.ts';
import { maxSweepRequests, maxSweepStepRequests } from './sweep.ts';
import { maxTailRequests } from './tail.ts';

/**
 * Requests of one poll at the most, whatever SecMaster answers: these, and one for each instance that is new in the ledger. Nearly all
 * polls take one (docs/counting.md#what-a-poll-asks). After the refusal of a tail, the probe and the tail come once more.
 */
export const maxPollRequests =
  2 * maxProbeRequests +
  1 +
  maxTailRequests +
  maxOpenRequests +
  maxReads +
  maxListingRequests +
  maxSweepRequests +
  maxHistoryRequests +
  // The last step of each.
  2 * maxStepRequests +
  2 * maxSweepStepRequests +
  maxRecheckRequests +
  maxAuditRequests;
