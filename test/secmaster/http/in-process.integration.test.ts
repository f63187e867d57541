import { setImmediate as tick } from 'node:timers/promises';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { noFilters } from '../../../src/secmaster/api/filters.ts';
import type { SecMaster } from '../../../src/secmaster/api/secmaster.ts';
import { SecMasterError } from '../../../src/secmaster/http/errors.ts';
import { defaultWorkspace } from '../../../src/simulator/defaults.ts';
import type { Faults } from '../../../src/simulator/faults.ts';
import { createManualClock } from '../../../src/simulator/manual-clock.ts';
import { createSimulator } from '../../../src/simulator/simulator.ts';
import { startCredentialed } from '../../support/secmaster/credentialed.ts';
import { createClientInProcess } from '../../support/secmaster/in-process.ts';

/** The polls' tests go past the sockets: what goes wrong there must look as it does over them. */

const operation = 'ListAopWorkflowInstance';

test.each<[string, Parameters<Faults['add']>[0], string]>([
  ['nothing', { kind: 'latency', ms: 0 }, 'no error'],
  ...[400, 403, 404, 500].map((status): [string, Parameters<Faults['add']>[0], string] => [
    `${status}`,
    { kind: 'status', status },
    { 400: 'bad_request', 403: 'forbidden', 404: 'not_found', 500: 'server_error' }[status] ?? '',
  ]),
  ['401', { kind: 'status', status: 401 }, 'unauthorized'],
  ['429', { kind: 'throttle' }, 'throttled'],
  ['HTML with 200', { kind: 'html', status: 200 }, 'body_not_json'],
  ['HTML with 502', { kind: 'html', status: 502 }, 'server_error'],
  ['JSON of another shape', { kind: 'garbage' }, 'unexpected_body'],
  ['half an answer', { kind: 'cut' }, 'body_cut'],
  ['a reset', { kind: 'reset' }, 'network'],
])('%s fails in process as it does over a socket', async (_, fault, kind) => {
  const overSockets = await startCredentialed('password');
  overSockets.simulator.faults.add({ ...fault, operation });
  const clock = createManualClock(overSockets.clock.now());
  const simulator = createSimulator({ clock });
  simulator.faults.add({ ...fault, operation });
  const inProcess = createClientInProcess(simulator, { clock, log: pino({ level: 'silent' }), filters: noFilters });

  const expected = await outcome(overSockets.client, () => overSockets.clock.advance(500));
  expect(expected[0]).toBe(kind);
  expect(await outcome(inProcess, () => {})).toEqual(expected);
});

/** The error's kind, status and code, and its message without the host. */
async function outcome(client: SecMaster, onWait: () => void): Promise<unknown[]> {
  const query = { sortKey: 'update_time', sortDir: 'DESC', offset: 0 } as const;
  let result: unknown[] | null = null;
  void client.listInstances(defaultWorkspace.id, query, new AbortController().signal).then(
    (page) => {
      result = ['no error', page];
    },
    (error) => {
      if (!(error instanceof SecMasterError)) throw error;
      const { kind, httpStatus, code } = error;
      result = [kind, httpStatus, code, error.message.replaceAll(/from [\w.:]+/g, 'from HOST')];
    },
  );
  // Over sockets, retries wait by the clock.
  for (; result === null; onWait()) await tick();
  return result;
}
