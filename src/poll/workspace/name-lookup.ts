import type { Logger } from '../../log.ts';
import type { ListEnd } from '../../secmaster/api/secmaster.ts';
import { SecMasterError } from '../../secmaster/http/errors.ts';
import { messageOf, reasonOf } from '../failure.ts';
import { createRest } from '../rest.ts';
import type { Session } from '../session.ts';
import { createTicker } from '../ticker.ts';
import type { WorkspaceName } from './name.ts';

/** Finds the workspace's own name. */
export interface NameLookup {
  /**
   * Learns the name from the ledger, or from SecMaster if neither the ledger nor the configuration has one. The ledger keeps the
   * resulting label across restarts. Without a name a poll goes on: the label is the workspace's id until a later try finds one.
   *
   * @throws {LedgerError}
   */
  learn(session: Session): Promise<void>;
  /** The next poll looks again. */
  retry(): void;
}

export interface NameLookupParts {
  readonly name: WorkspaceName;
  readonly log: Logger;
  /** The clock that nobody sets. */
  readonly elapsedMs: () => number;
}

/** How long a name that was not found is not looked for. */
const restMs = { firstMs: 5 * 60_000, maxMs: 3_600_000 };

/** Why there is no name, for the log. */
interface Missing {
  readonly reason: string;
  readonly [field: string]: unknown;
}

export function createNameLookup({ name, log, elapsedMs }: NameLookupParts): NameLookup {
  const rest = createRest(elapsedMs, restMs);
  let toldReason: string | null = null;

  async function lookUp({ secmaster, workspaceId, signal }: Session): Promise<string | Missing> {
    const ticker = createTicker(elapsedMs);
    let end: ListEnd | null = null;
    try {
      const own = await secmaster.workspaceName(workspaceId, signal, {
        onPage: (read) => {
          if (ticker.isDue()) log.info(read, 'looking up the workspace name');
        },
        onEnd: (ended) => {
          end = ended;
        },
      });
      return own ?? { reason: 'not_listed', ...(end ?? {}) };
    } catch (error) {
      if (!(error instanceof SecMasterError)) throw error;
      return { reason: reasonOf(error), error: messageOf(error) };
    }
  }

  return {
    async learn(session) {
      const { ledger, signal } = session;
      if (ledger.state.name !== null) return name.learn(ledger.state.name);
      if (name.wanted().origin === 'configured' || !rest.isOver()) return;
      const own = await lookUp(session);
      if (signal.aborted) return;
      if (typeof own !== 'string') {
        const retryInSeconds = rest.begin() / 1000;
        if (own.reason !== toldReason)
          log.warn({ ...own, retryInSeconds }, 'workspace name not found; its id is its label');
        toldReason = own.reason;
        return;
      }
      name.learn(own);
      // A reload may have configured a name meanwhile.
      if (name.wanted().origin === 'learnt') await ledger.commit({ kind: 'named', name: name.label() });
    },
    retry: rest.end,
  };
}
