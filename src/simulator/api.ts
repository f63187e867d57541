import { type Context, type Handler, Hono } from 'hono';
import { formatTime } from '../model/time.ts';
import type { Auth } from './auth.ts';
import type { Directory, Project, Workspace } from './directory.ts';
import { gatewayProblem, isProblem, type Problem, socProblem } from './errors.ts';
import type { Iam } from './iam.ts';
import { answerProblem, type createMiddleware as createGate, type SimulatorEnv as GateEnv } from './middleware.ts';
import { integer, type ListOptions, listInstances, parseListQuery } from './query.ts';
import type { Random } from './random.ts';
import { type NullStyle, rowOf } from './row.ts';

export interface ApiParts {
  readonly directory: Directory;
  readonly iam: Iam;
  readonly auth: Auth;
  readonly gate: ReturnType<typeof createGate>;
  readonly list: ListOptions & { readonly nullStyle: NullStyle };
  readonly random: Random;
  /** Is called before an operation looks at the instances. */
  readonly bringUpToDate: () => void;
}

type ApiContext = Context<GateEnv>;
/** What an operation answers with, as JSON. */
type Answer = object | Problem;

const workspaces = '/v1/:projectId/workspaces';
const instances = `${workspaces}/:workspaceId/soc/workflows/instances`;

/** The calls of SecMaster and of IAM that an exporter makes; operations are named as in Huawei's SDKs. */
export function createApi({ directory, iam, auth, gate, list, random, bringUpToDate }: ApiParts): Hono<GateEnv> {
  const app = new Hono<GateEnv>();
  // Only a lost connection and a fault of our own end here: neither is an answer.
  app.onError((error) => {
    throw error;
  });

  const answer = (c: ApiContext, value: Answer) => (isProblem(value) ? answerProblem(c, value) : c.json(value));

  function authorized(operation: (c: ApiContext) => Answer): Handler<GateEnv> {
    return (c) => {
      const refused = auth.check({
        method: c.req.method,
        url: new URL(c.req.url),
        headers: c.req.raw.headers,
        body: '',
      });
      return answer(c, refused ?? operation(c));
    };
  }

  function inWorkspace(operation: (c: ApiContext, workspace: Workspace) => Answer): Handler<GateEnv> {
    return authorized((c) => {
      const project = projectOf(c);
      if (isProblem(project)) return project;
      const workspace = project.workspaces.get(c.req.param('workspaceId') ?? '');
      if (workspace === undefined) return socProblem('20010001', 'Invalid workspace ID.', 403);
      bringUpToDate();
      return operation(c, workspace);
    });
  }

  function projectOf(c: ApiContext): Project | Problem {
    return directory.projects.get(c.req.param('projectId') ?? '') ?? socProblem('20030002', 'Invalid project ID.');
  }

  app.get(
    instances,
    gate('ListAopWorkflowInstance'),
    inWorkspace((c, { order }) => {
      const query = parseListQuery(parameters(c));
      if (isProblem(query)) return query;
      const result = listInstances(order(query.sortKey), query, list, random);
      return { count: result.count, instances: result.instances.map((instance) => rowOf(instance, list.nullStyle)) };
    }),
  );

  app.get(
    `${instances}/:instanceId`,
    gate('ShowAopWorkflowInstance'),
    inWorkspace((c, { world }) => {
      const instance = world.instances.get(c.req.param('instanceId') ?? '');
      if (instance === undefined) return socProblem('20030005', 'The object does not exist.');
      // A row is an object unless a test has made it something else.
      return rowOf(instance, list.nullStyle, parameters(c).get('show_topology') === 'true') as object;
    }),
  );

  app.get(
    workspaces,
    gate('ListWorkspaces'),
    authorized((c) => {
      const project = projectOf(c);
      if (isProblem(project)) return project;
      const limit = integer(parameters(c).get('limit') ?? '', 1, 1000);
      const offset = integer(parameters(c).get('offset') || '0', 0, 10_000);
      if (limit === null || offset === null) return socProblem('20030001', 'Invalid parameters: limit or offset.');
      const all = [...project.workspaces.values()];
      return {
        count: all.length,
        workspaces: all.slice(offset, offset + limit).map((workspace) => workspaceRow(project, workspace)),
      };
    }),
  );

  app.post('/v3/auth/tokens', gate('KeystoneCreateUserTokenByPassword'), async (c) => {
    const issued = iam.createToken(await c.req.json().catch(() => null));
    if (isProblem(issued)) return answerProblem(c, issued);
    c.header('X-Subject-Token', issued.token);
    return c.json(issued.body, 201);
  });

  app.post('/v3.0/OS-AUTH/id-token/tokens', gate('CreateTokenWithIdToken'), async (c) => {
    const issued = iam.createTokenByIdToken(c.req.header('x-idp-id') ?? '', await c.req.json().catch(() => null));
    if (isProblem(issued)) return answerProblem(c, issued);
    c.header('X-Subject-Token', issued.token);
    return c.json(issued.body, 201);
  });

  app.post('/v3.0/OS-CREDENTIAL/securitytokens', gate('CreateTemporaryAccessKeyByToken'), async (c) => {
    const keys = iam.createTemporaryKeys(await c.req.json().catch(() => null));
    return isProblem(keys) ? answerProblem(c, keys) : c.json(keys, 201);
  });

  app.get(
    '/v3/projects',
    gate('KeystoneListProjects'),
    authorized((c) => iam.listProjects(parameters(c).get('name'))),
  );

  app.all('*', gate('unknown'), (c) =>
    answerProblem(c, gatewayProblem(404, 'APIGW.0101', 'The API does not exist or has not been published')),
  );
  return app;
}

function parameters(c: ApiContext): URLSearchParams {
  return new URL(c.req.url).searchParams;
}

function workspaceRow(project: Project, { id, name, createdMs }: Workspace): Readonly<Record<string, unknown>> {
  return {
    id,
    name,
    description: '',
    create_time: formatTime(createdMs),
    update_time: formatTime(createdMs),
    project_id: project.id,
    project_name: project.name,
    region_id: project.name,
    domain_id: 'd0000000000000000000000000000001',
    enterprise_project_id: '0',
    is_view: false,
    view_bind_id: '',
    workspace_agency_list: [],
  };
}
