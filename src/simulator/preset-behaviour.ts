import { type BehaviourChange, merged } from './behaviour.ts';
import { type PresetName, presets } from './presets.ts';

/** All of them in one; of a switch that several have, the last one's. */
export function behaviourOfPresets(names: readonly PresetName[]): BehaviourChange {
  return names.reduce<BehaviourChange>((change, name) => merged(change, presets[name]), {});
}
