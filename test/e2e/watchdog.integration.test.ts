import { expect, test } from 'vitest';
import { eventually, temporaryFolder } from '../support/process/processes.ts';
import { serve, writeConfig } from '../support/process/served.ts';
import { startSimulator } from '../support/process/simulated.ts';

test('a poll that SecMaster holds for more than five intervals is told once, and readiness fails until polls begin again', async () => {
  const simulated = await startSimulator();
  const file = writeConfig(simulated, temporaryFolder(), { schedule: '1s', timeout: '1m' });
  const served = await serve([`--config.file=${file}`]);
  const ready = async () => {
    const response = await fetch(`http://127.0.0.1:${served.port}/-/ready`);
    return { status: response.status, text: await response.text() };
  };
  const withStatus = (wanted: number) => async () => {
    const answer = await ready();
    return answer.status === wanted ? answer.text : undefined;
  };
  await eventually(withStatus(200), 'ready', served.running);
  // By the simulator's clock, which the test turns.
  await simulated.addFault({ kind: 'latency', ms: 60_000 });
  expect(await eventually(withStatus(503), 'a stall', served.running)).toBe(
    'no poll has begun for five intervals of poll.schedule (5 s); not yet ended: the polls of prod\n',
  );
  await simulated.clearFaults();
  await simulated.turn(60_000);
  expect(await eventually(withStatus(200), 'ready again', served.running)).toBe('secmaster-exporter is ready.\n');
  const log = served.running.stderr();
  expect(log.match(/no poll has begun for five intervals of the schedule/g)).toHaveLength(1);
  expect(log.match(/polls begin again/g)).toHaveLength(1);
});
