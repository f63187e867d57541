import { describe } from 'vitest';
import { createMemoryReplicas, createSharedMemory } from './memory-replicas.ts';
import { describeReplicas } from './replicas-contract.ts';

describe('replicas in the memory of the tests', () =>
  describeReplicas({
    async create() {
      let nowMs = Date.UTC(2026, 0, 1);
      const shared = createSharedMemory(() => nowMs);
      return {
        leaseMs: shared.leaseMs,
        async join() {
          const replicas = createMemoryReplicas(shared);
          return { replicas, commit: async (task) => replicas.committed(task) };
        },
        async pass(ms) {
          nowMs += ms;
        },
      };
    },
  }));
