import type { DataClass } from './instance.ts';

/** A playbook of SecMaster's list of playbooks, which may never have run. All texts are printable and short. */
export interface ListedPlaybook {
  readonly playbookId: string;
  /** The id if SecMaster gives no name. */
  readonly name: string;
  /** null: SecMaster says nothing that can be understood. */
  readonly isEnabled: boolean | null;
  readonly dataclass: DataClass | null;
}
