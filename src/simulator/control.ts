import { type Context, Hono } from 'hono';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { BehaviourChange } from './behaviour.ts';
import type { BehaviourHandle } from './behaviour-handle.ts';
import type { Directory } from './directory.ts';
import { type Faults, faultRule } from './faults.ts';
import { flood } from './flood.ts';
import { isManualClock } from './manual-clock.ts';
import { createRandom } from './random.ts';
import type { RequestLog } from './request-log.ts';
import { extraLabels, type Truth, type TruthQuery } from './truth.ts';

export interface ControlParts {
  readonly clock: Clock;
  readonly directory: Directory;
  readonly behaviour: BehaviourHandle;
  readonly faults: Faults;
  readonly requests: RequestLog;
  readonly truth: (workspaceId: string, query: Omit<TruthQuery, 'nowMs'>) => Truth;
}

const milliseconds = z.coerce.number().int().min(0);
const truthQuery = z.object({
  workspace_id: z.string(),
  since: milliseconds,
  lookback: milliseconds,
  grace: milliseconds.default(300_000),
  labels: z
    .string()
    .transform((text) => text.split(',').filter((label) => label !== ''))
    .pipe(z.array(z.enum(extraLabels)))
    .default([]),
  language: z.enum(['en', 'zh']).default('en'),
});
const requestsQuery = z.object({ last: z.coerce.number().int().min(0).default(100) });
const advanceBody = z.object({ ms: z.int().min(0) });
const floodBody = advanceBody.extend({ workspace_id: z.string(), runs: z.int().min(0) });

/**
 * Remote control of a simulator in another process. It has no authentication: use it on loopback only.
 *
 *     GET    /_simulator/workspaces                                       projects and workspaces with their sizes
 *     GET    /_simulator/truth?workspace_id=…&since=…&lookback=…          what a perfect exporter would say; milliseconds
 *                [&grace=300000&labels=workflow,defense&language=zh]           after which time a failure is one for good; more labels
 *     GET    /_simulator/behaviour[?workspace_id=…]                        the behaviour (behaviour.ts) of the simulator or a workspace
 *     PUT    /_simulator/behaviour[?workspace_id=…] {"paging": {"maxRows": 50}, …}   sets these switches and resets the others
 *     PATCH  /_simulator/behaviour[?workspace_id=…] {"paging": {"maxRows": 50}, …}   sets these switches
 *     POST   /_simulator/faults    {"kind": "throttle", "times": 3, …}    adds a rule (faults.ts)
 *     DELETE /_simulator/faults                                           removes all rules
 *     GET    /_simulator/requests?last=100                                counts by operation and the latest requests
 *     POST   /_simulator/advance   {"ms": 60000}                          advances a manual clock; 409 if the simulator uses the real clock
 *     POST   /_simulator/flood     {"workspace_id": …, "runs": 50000, "ms": 3600000}   the same, with this many runs meanwhile
 */
export function createControl({ clock, directory, behaviour, faults, requests, truth }: ControlParts): Hono {
  const app = new Hono();
  app.onError((error, c) =>
    error instanceof z.ZodError
      ? c.json({ error: z.prettifyError(error) }, 400)
      : c.json({ error: error.message }, 500),
  );
  const body = (c: Context): Promise<unknown> => c.req.json().catch(() => null);

  app.get('/workspaces', (c) =>
    c.json(
      directory.workspaces().map(({ projectId, id, name, world }) => ({
        project_id: projectId,
        workspace_id: id,
        name,
        instances: world.instances.size,
      })),
    ),
  );
  app.get('/truth', (c) => {
    const query = truthQuery.parse(c.req.query());
    if (!directory.workspaces().some(({ id }) => id === query.workspace_id)) {
      return c.json({ error: `no workspace ${query.workspace_id}` }, 404);
    }
    const { workspace_id: id, since: sinceMs, lookback: lookbackMs, grace: failureGraceMs, labels, language } = query;
    return c.json(truth(id, { sinceMs, lookbackMs, failureGraceMs, labels, language }));
  });
  const handleFor = (c: Context): BehaviourHandle | null => {
    const id = c.req.query('workspace_id');
    if (id === undefined) return behaviour;
    return directory.workspaces().find((workspace) => workspace.id === id)?.behaviour ?? null;
  };
  app.on(['GET', 'PUT', 'PATCH'], '/behaviour', async (c) => {
    const handle = handleFor(c);
    if (handle === null) return c.json({ error: `no workspace ${c.req.query('workspace_id')}` }, 404);
    // Each checks what it is given.
    if (c.req.method === 'PUT') handle.put((await body(c)) as BehaviourChange);
    if (c.req.method === 'PATCH') handle.patch((await body(c)) as BehaviourChange);
    return c.json(handle.get());
  });
  app.post('/faults', async (c) => {
    faults.add(faultRule.parse(await body(c)));
    return c.body(null, 204);
  });
  app.delete('/faults', (c) => {
    faults.clear();
    return c.body(null, 204);
  });
  app.get('/requests', (c) => {
    const { last } = requestsQuery.parse(c.req.query());
    return c.json({
      total: requests.total(),
      refused: requests.refused(),
      counts: requests.countsByOperation(),
      last: requests.last(last),
    });
  });
  app.post('/advance', async (c) => {
    const { ms } = advanceBody.parse(await body(c));
    if (!isManualClock(clock)) return c.json({ error: 'this simulator uses the real clock' }, 409);
    clock.advance(ms);
    return c.json({ now: clock.now() });
  });
  app.post('/flood', async (c) => {
    const { workspace_id: workspaceId, runs, ms } = floodBody.parse(await body(c));
    if (!isManualClock(clock)) return c.json({ error: 'this simulator uses the real clock' }, 409);
    const { world, life } = directory.workspace(workspaceId);
    life?.advanceTo(clock.now());
    const fromMs = clock.now();
    clock.advance(ms);
    life?.advanceTo(clock.now());
    flood(world, createRandom(runs), runs, fromMs, clock.now());
    return c.json({ now: clock.now() });
  });
  return app;
}
