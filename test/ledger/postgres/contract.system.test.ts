import { beforeAll, describe } from 'vitest';
import { createPostgresStore } from '../../../src/ledger/postgres/store.ts';
import { workspaceTask } from '../../../src/ledger/replicas.ts';
import type { Store, WorkspaceId } from '../../../src/ledger/store.ts';
import { usePostgres } from '../../support/postgres.ts';
import { describeStore, type StoreKind } from '../contract.ts';

const server = usePostgres();
let url = '';
beforeAll(async () => {
  url = await server.createDatabase();
});

let disks = 0;

/** All in one database, each with workspaces of its own. A process takes the leases of those that it opens. */
const kind: StoreKind = {
  createDisk() {
    const disk = ++disks;
    return {
      open(onStatement): Store {
        const store = createPostgresStore({
          url,
          password: null,
          ca: null,
          leaseMs: 60_000,
          ...(onStatement && { onStatement }),
        });
        const own = async ({ projectId, workspaceId }: WorkspaceId) => {
          const workspace = { projectId: `${disk} ${projectId}`, workspaceId };
          await store.replicas?.take([workspaceTask(workspace)], 1);
          return workspace;
        };
        return {
          ...store,
          open: async (workspace) => store.open(await own(workspace)),
          create: async (workspace, nowMs, fromMinute) => store.create(await own(workspace), nowMs, fromMinute),
          async close() {
            await store.replicas?.leave();
            await store.close();
          },
        };
      },
    };
  },
};

describe('the store in PostgreSQL', () => describeStore(kind));
