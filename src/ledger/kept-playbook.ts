import type { ListedPlaybook } from '../model/listed-playbook.ts';

/** A playbook of SecMaster's list, as the ledger keeps it. */
export interface KeptPlaybook extends ListedPlaybook {
  /** Whether it has a place though nothing of it has run. */
  readonly hasPlace: boolean;
}
