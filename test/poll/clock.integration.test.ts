import { pino } from 'pino';
import { Agent } from 'undici';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { Secret } from '../../src/model/secret.ts';
import { createClients } from '../../src/secmaster/api/clients.ts';
import { noFilters } from '../../src/secmaster/api/filters.ts';
import { defaultAccessKey, defaultProject } from '../../src/simulator/defaults.ts';
import { listen } from '../../src/simulator/listen.ts';
import { noRoute, routesThrough } from '../support/secmaster/routes.ts';
import { createSoc } from '../support/world/simulated-soc.ts';

const hourMs = 3_600_000;

test.each([
  ['right', 0],
  ['an hour ahead', hourMs],
  ['an hour behind', -hourMs],
  ['years behind', -20_000 * hourMs],
])('a local clock that is %s changes no number, and costs one refused call at most', async (_, errorMs) => {
  const soc = createSoc();
  const { url, close } = await listen(soc.simulator, '127.0.0.1', 0);
  const dispatcher = new Agent();
  onTestFinished(async () => {
    await dispatcher.destroy();
    await close();
  });
  const client = createClients({
    routes: routesThrough(dispatcher),
    clock: { ...soc.clock, now: () => soc.now() + errorMs, sleep: systemClock.sleep },
    log: pino({ level: 'silent' }),
    version: 'test',
    timeoutMs: 10_000,
    rateLimit: 200,
    language: 'en',
    observe: () => {},
  }).secmaster(
    {
      region: 'eu-west-101',
      endpoint: url,
      iamEndpoint: url,
      ...noRoute,
      filters: noFilters,
      credentials: { kind: 'ak_sk', ak: defaultAccessKey.ak, sk: new Secret(defaultAccessKey.sk), securityToken: null },
    },
    defaultProject.id,
  );
  const exporter = createSoc({ after: soc, through: () => client });

  for (let i = 0; i < 300; i++) soc.world.finish(soc.world.start(soc.now() - 2 * hourMs + i), soc.now() - hourMs);
  await exporter.poll();
  for (let minute = 0; minute < 5; minute++) {
    soc.turn(60_000);
    const id = soc.world.start(soc.now() - 30_000);
    if (minute % 2 === 0) soc.world.fail(id, soc.now() - 20_000, 'node', 'error');
    await exporter.poll();
  }
  expect(await exporter.differences()).toEqual([]);
  expect(exporter.workspace.report().polls.last).toMatchObject({ error: null });
  expect(soc.simulator.requests.refused()).toBeLessThanOrEqual(1);
});
