import { expect, test } from 'vitest';
import { createSqliteStore } from '../../../src/ledger/sqlite/store.ts';
import { createHeldLedger } from '../../../src/poll/workspace/held-ledger.ts';

const workspace = { projectId: 'p', workspaceId: 'w' };

test('callers that ask at the same time share one handle', async () => {
  const store = createSqliteStore(':memory:');
  await store.create(workspace, 0, 0);
  const held = createHeldLedger(store, workspace);
  const [first, second] = await Promise.all([held.open(), held.open()]);
  expect(first).not.toBeNull();
  expect(second).toBe(first);
  expect(await held.open()).toBe(first);
});

test('a ledger that does not exist is looked for again, and a created one is held', async () => {
  const held = createHeldLedger(createSqliteStore(':memory:'), workspace);
  expect(await held.open()).toBeNull();
  const created = await held.create(0, 0);
  expect(await held.open()).toBe(created);
});

test('a ledger that cannot be opened is tried again', async () => {
  const store = createSqliteStore(':memory:');
  await store.create(workspace, 0, 0);
  let failures = 1;
  const failing = {
    create: store.create,
    open: async () => {
      if (failures-- > 0) throw new Error('the disk is full');
      return store.open(workspace);
    },
  };
  const held = createHeldLedger(failing, workspace);
  await expect(held.open()).rejects.toThrow('the disk is full');
  expect(await held.open()).not.toBeNull();
});

test('an answer that comes late does not replace a ledger that was created meanwhile', async () => {
  const store = createSqliteStore(':memory:');
  const late = Promise.withResolvers<null>();
  const held = createHeldLedger({ create: store.create, open: () => late.promise }, workspace);
  const asked = held.open();
  const created = await held.create(0, 0);
  late.resolve(null);
  expect(await asked).toBeNull();
  expect(await held.open()).toBe(created);
});
