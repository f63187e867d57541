import { expect, test } from 'vitest';
import { createWorkspaceName } from '../../../src/poll/workspace/name.ts';

function setUp() {
  let configured: string | null = null;
  let given: string | null = null;
  let told = 0;
  const name = createWorkspaceName({
    settings: () => ({ name: configured, workspaceId: 'w1' }),
    givenLabel: () => given,
    onLearnt: () => told++,
  });
  return {
    name,
    configure: (to: string | null) => {
      configured = to;
    },
    give: (to: string | null) => {
      given = to;
    },
    told: () => told,
  };
}

test('a workspace wants its id as long as it has no name, its own name once it has learnt it, or what is configured', () => {
  const { name, configure } = setUp();
  expect(name.wanted()).toEqual({ name: 'w1', origin: 'placeholder' });
  expect(name.own()).toBeNull();
  name.learn('soc');
  expect(name.wanted()).toEqual({ name: 'soc', origin: 'learnt' });
  configure('prod');
  expect(name.wanted()).toEqual({ name: 'prod', origin: 'configured' });
  expect(name.own()).toBe('soc');
  configure(null);
  expect(name.wanted()).toEqual({ name: 'soc', origin: 'learnt' });
});

test('its label is the one that it has been given, else the name that it wants', () => {
  const { name, give } = setUp();
  expect(name.label()).toBe('w1');
  give('soc (p1)');
  expect(name.label()).toBe('soc (p1)');
});

test('it tells once that it has learnt a name', () => {
  const { name, told } = setUp();
  for (const own of ['soc', 'soc', 'lab']) name.learn(own);
  expect(told()).toBe(2);
});
