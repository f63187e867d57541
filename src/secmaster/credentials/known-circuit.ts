import { type Circuit, untried } from './circuit.ts';

/** What a circuit breaker knows of its circuit, alone or together with other processes. */
export interface KnownCircuit {
  /** Of a fingerprint, as it stands in the circuit. */
  mark(fingerprint: string): string;
  current(): Circuit;
  /** Applies a pure change: at once in this process, and once it resolves for the others too, if they can be reached. Never fails. */
  update(change: Change): Promise<void>;
  /**
   * Resolves when no other process tries these credentials, or when `isDecided`: the circuit is closed, or open. Rejects only when the
   * signal is aborted.
   */
  turn(isDecided: () => boolean, signal: AbortSignal): Promise<End>;
}

export type Change = (circuit: Circuit) => Circuit;

/** Lets others try. May be called twice. */
export type End = () => void;

/** Known to this process alone. */
export function createOwnCircuit(): KnownCircuit {
  let circuit = untried;
  return {
    mark: (fingerprint) => fingerprint,
    current: () => circuit,
    async update(change) {
      circuit = change(circuit);
    },
    turn: async () => () => {},
  };
}
