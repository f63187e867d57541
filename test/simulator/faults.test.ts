import { describe, expect, test } from 'vitest';
import { createFaults, faultRule } from '../../src/simulator/faults.ts';
import { instancesPath, nowMs, setUp, workspacePath } from './harness.ts';

describe('when a rule strikes', () => {
  const strikes = (rule: object, requests: readonly [string, string | null][]) => {
    const faults = createFaults(1);
    faults.add({ kind: 'reset', ...rule });
    return requests.map(([operation, workspaceId]) => faults.next(operation, workspaceId).fault !== null);
  };
  const list: [string, string] = ['ListAopWorkflowInstance', 'w'];

  test.each<[string, object, [string, string | null][], boolean[]]>([
    ['always', {}, [list, list], [true, true]],
    ['the next two times', { times: 2 }, [list, list, list], [true, true, false]],
    ['after two requests', { skip: 2 }, [list, list, list, list], [false, false, true, true]],
    ['the third time alone', { skip: 2, times: 1 }, [list, list, list, list], [false, false, true, false]],
    ['never', { probability: 0 }, [list, list], [false, false]],
    ['one operation', { operation: list[0], times: 1 }, [['ListWorkspaces', null], list], [false, true]],
    ['one workspace', { workspaceId: 'w', times: 1 }, [['ListAopWorkflowInstance', 'v'], list], [false, true]],
  ])('%s', (_, rule, requests, expected) => {
    expect(strikes(rule, requests)).toEqual(expected);
  });

  test('as often as its probability says, and the same at each run', () => {
    const run = () => strikes({ probability: 0.2 }, Array<[string, null]>(1000).fill(['ListWorkspaces', null]));
    expect(run().filter(Boolean).length).toBeGreaterThan(150);
    expect(run().filter(Boolean).length).toBeLessThan(250);
    expect(run()).toEqual(run());
  });

  test('the first rule that fits, and a later one when that is used up', () => {
    const faults = createFaults(1);
    faults.add({ kind: 'reset', times: 1 });
    faults.add({ kind: 'cut', times: 1 });
    const kinds = Array.from({ length: 3 }, () => faults.next('x', null).fault?.kind);
    expect(kinds).toEqual(['reset', 'cut', undefined]);
  });

  test('delays add up and leave the fault as it is', () => {
    const faults = createFaults(1);
    faults.add({ kind: 'latency', ms: 100 });
    faults.add({ kind: 'reset' });
    faults.add({ kind: 'latency', ms: 20 });
    expect(faults.next('x', null)).toMatchObject({ latencyMs: 120, fault: { kind: 'reset' } });
    faults.clear();
    expect(faults.next('x', null)).toEqual({ latencyMs: 0, fault: null });
  });

  test.each([
    ['no kind', {}],
    ['an unknown kind', { kind: 'fire' }],
    ['an unknown key', { kind: 'cut', time: 3 }],
    ['a status that is no error', { kind: 'status', status: 200 }],
    ['a probability over 1', { kind: 'cut', probability: 2 }],
  ])('a rule with %s is refused', (_, rule) => {
    expect(faultRule.safeParse(rule).success).toBe(false);
  });
});

describe('what a caller sees in process', () => {
  async function struck(rule: Parameters<ReturnType<typeof createFaults>['add']>[0]) {
    const { simulator, get } = await setUp();
    simulator.faults.add(rule);
    return { simulator, answer: await get(instancesPath) };
  }
  const requestId = expect.stringMatching(/^[0-9a-f]{32}$/);

  test.each([
    ['soc', { code: 'C', message: 'M' }],
    ['service', { error_code: 'C', error_msg: 'M' }],
    ['gateway', { error_code: 'C', error_msg: 'M', request_id: requestId }],
    ['iam', { error: { code: 503, message: 'M', title: 'C' } }],
  ] as const)('a status in the shape of %s', async (shape, body) => {
    const { answer } = await struck({ kind: 'status', status: 503, shape, code: 'C', message: 'M' });
    expect([answer.status, await answer.json()]).toEqual([503, body]);
    expect(answer.headers.get('retry-after')).toBeNull();
    expect(answer.headers.get('date')).toBe(new Date(nowMs).toUTCString());
  });

  test('429 of the gateway, with Retry-After on demand', async () => {
    const { answer } = await struck({ kind: 'throttle', retryAfter: '3' });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '3']);
    expect(await answer.json()).toMatchObject({ error_code: 'APIGW.0308', request_id: requestId });
    expect((await struck({ kind: 'throttle' })).answer.headers.get('retry-after')).toBeNull();
  });

  test.each([200, 502] as const)("a proxy's page with status %s", async (status) => {
    const { answer } = await struck({ kind: 'html', status });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'text/html; charset=UTF-8']);
    expect(await answer.text()).toContain('<html>');
  });

  test.each([
    ['of its own choice', undefined, { result: 'ok', data: [[1], null] }],
    ['of ours', ['a', 1], ['a', 1]],
  ])('JSON of another shape, %s', async (_, body, expected) => {
    const { answer } = await struck({ kind: 'garbage', ...(body && { body }) });
    expect([answer.status, await answer.json()]).toEqual([200, expected]);
  });

  test('a body that breaks off', async () => {
    const { answer } = await struck({ kind: 'cut' });
    expect(answer.status).toBe(200);
    await expect(answer.text()).rejects.toThrow('the simulated connection was cut');
  });

  test('a reset, which is in the log without a status', async () => {
    const { simulator, get } = await setUp();
    simulator.faults.add({ kind: 'reset' });
    await expect(get(instancesPath)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(simulator.requests.last(1)).toMatchObject([{ status: null, fault: 'reset' }]);
  });

  test('an answer that waits for the clock', async () => {
    const { simulator, clock, get } = await setUp();
    simulator.faults.add({ kind: 'latency', ms: 5000, times: 1 });
    let answered = false;
    const answer = get(instancesPath).then((response) => {
      answered = true;
      return response;
    });
    clock.advance(4999);
    await get(workspacePath);
    expect(answered).toBe(false);
    clock.advance(1);
    expect((await answer).headers.get('date')).toBe(new Date(nowMs + 5000).toUTCString());
  });

  test('one operation fails, the others go on', async () => {
    const { simulator, get } = await setUp();
    simulator.faults.add({ kind: 'throttle', operation: 'ListWorkspaces' });
    expect((await get(instancesPath)).status).toBe(200);
    expect((await get(`${workspacePath.split('/').slice(0, 4).join('/')}?limit=1`)).status).toBe(429);
    expect(simulator.requests.last(1)).toMatchObject([{ operation: 'ListWorkspaces', status: 429, fault: 'throttle' }]);
  });
});
