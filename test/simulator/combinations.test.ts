import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Behaviour, type BehaviourChange, friendly } from '../../src/simulator/behaviour.ts';
import { startMany } from '../../src/simulator/crowd.ts';
import { defaultProject, defaultWorkspace } from '../../src/simulator/defaults.ts';
import { createSimulator } from '../../src/simulator/simulator.ts';
import { behaviours, switchNames } from '../support/world/behaviours.ts';
import { instancesPath, nowMs, tokenBody } from './harness.ts';

/** The requests of an exporter, and some that it shouldn't make. */
const paths = fc.oneof(
  fc
    .record({
      limit: fc.constantFrom('1', '50', '100', '0', ''),
      offset: fc.constantFrom('0', '3', '100', '10000', 'x'),
      sort_key: fc.constantFrom('', 'create_time', 'update_time'),
      sort_dir: fc.constantFrom('', 'ASC', 'DESC'),
      from_date: fc.constantFrom('', '2025-07-18T15:10:00.000Z+0800', '2025-07-18', '1752822600000', 'yesterday'),
      to_date: fc.constantFrom('', '2025-07-18T07:11:00Z', '2025-07-18T15:11:00+08:00'),
      id: fc.constantFrom('', 'a'),
      status: fc.constantFrom('', 'RUNNING', 'CREATED'),
    })
    .map((query) => `${instancesPath}?${new URLSearchParams(query)}`),
  fc.constantFrom(
    `${instancesPath}/a?show_topology=true`,
    `${instancesPath}/nobody`,
    instancesPath.replace(defaultWorkspace.id, 'nowhere'),
    `/v1/${defaultProject.id}/workspaces?limit=100`,
    '/v3/projects',
  ),
);

interface Step {
  readonly path: string;
  /** What the behaviour becomes before the request. */
  readonly change: BehaviourChange | null;
}

/** Answers to requests, in which time goes by and things happen. */
async function answersOf(behaviour: BehaviourChange, steps: readonly Step[], seed: number) {
  let timeMs = nowMs;
  const clock = {
    now: () => timeMs,
    elapsedMs: () => timeMs,
    sleep: async (ms: number) => {
      timeMs += ms;
    },
  };
  const simulator = createSimulator({ clock, seed, behaviour, tokenLifetimeMs: 1e12 });
  const { world } = simulator.directory.workspace(defaultWorkspace.id);
  world.fail(world.start(nowMs - 90_000, { id: 'a', playbook: { id: 'p', name: 'P' } }), nowMs - 80_000, 'Query', 'e');
  startMany(world, 120, { fromMs: nowMs - 60_000, withinMs: 1_000 });
  const issued = await simulator.app.request('/v3/auth/tokens', { method: 'POST', body: tokenBody() });
  const headers = { 'x-auth-token': issued.headers.get('x-subject-token') ?? '' };

  const answers: { readonly status: number; readonly date: string | null; readonly body: string }[] = [];
  for (const { path, change } of steps) {
    if (change !== null) simulator.behaviour.put(change);
    const answer = await simulator.app.request(path, { headers });
    answers.push({ status: answer.status, date: answer.headers.get('date'), body: await answer.text() });
    timeMs += 700;
    if (world.instances.get('a')?.status === 'FAILED') world.retry('a', timeMs);
    else world.fail('a', timeMs, 'Query', 'e');
  }
  return answers;
}

const steps = fc.array(
  fc.record({ path: paths, change: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, behaviours()) }),
  { minLength: 1, maxLength: 12, size: 'max' },
);

describe('with every combination of behaviours, changing while it runs', () => {
  test('every request is answered with JSON and a status that is one', async () => {
    await fc.assert(
      fc.asyncProperty(behaviours(), steps, fc.nat(), async (behaviour, walk, seed) => {
        for (const { status, body } of await answersOf(behaviour, walk, seed)) {
          expect([200, 400, 403, 404, 429]).toContain(status);
          expect(JSON.parse(body)).toEqual(expect.any(Object));
        }
      }),
      { numRuns: 300 },
    );
  });

  test('the same seed gives the same answers', async () => {
    await fc.assert(
      fc.asyncProperty(behaviours(), steps, fc.nat(), async (behaviour, walk, seed) => {
        expect(withoutIds(await answersOf(behaviour, walk, seed))).toEqual(
          withoutIds(await answersOf(behaviour, walk, seed)),
        );
      }),
      { numRuns: 100 },
    );
  });
});

/** Ids of requests are never the same. */
function withoutIds(answers: readonly { readonly body: string }[]) {
  return answers.map((answer) => ({ ...answer, body: answer.body.replace(/"request_id":"\w+"/, '') }));
}

test('behaviours that are drawn know every switch', () => {
  const declared = Object.entries(friendly).flatMap(([group, values]) =>
    Object.keys(values as Behaviour[keyof Behaviour]).map((name) => `${group}.${name}`),
  );
  expect([...switchNames]).toEqual(declared);
});
