import { type Context, type Handler, Hono } from 'hono';
import type { Clock } from '../clock.ts';
import type { Auth } from './auth.ts';
import type { BehaviourHandle } from './behaviour-handle.ts';
import type { Directory, Project, Workspace } from './directory.ts';
import { gatewayProblem, isProblem, type Problem, socProblem } from './errors.ts';
import type { Iam } from './iam.ts';
import { listAnswer, showAnswer } from './instances-api.ts';
import { answerProblem, type createMiddleware, type SimulatorEnv } from './middleware.ts';
import { playbooksAnswer } from './playbooks-api.ts';
import type { Random } from './random.ts';
import { unknownWorkspace, workspacesAnswer } from './workspaces-api.ts';

export interface ApiParts {
  readonly clock: Pick<Clock, 'now'>;
  readonly directory: Directory;
  readonly iam: Iam;
  readonly auth: Auth;
  readonly middleware: ReturnType<typeof createMiddleware>;
  /** Of what no workspace is asked; each of those has its own. */
  readonly behaviour: Pick<BehaviourHandle, 'get'>;
  readonly random: Random;
  /** Is called before an operation looks at the instances. */
  readonly bringUpToDate: () => void;
}

type ApiContext = Context<SimulatorEnv>;
/** What an operation answers with, as JSON. */
type Answer = object | Problem;

const workspaces = '/v1/:projectId/workspaces';
const instances = `${workspaces}/:workspaceId/soc/workflows/instances`;

/** The calls of SecMaster and of IAM that an exporter makes; operations are named as in Huawei's SDKs. */
export function createApi(parts: ApiParts): Hono<SimulatorEnv> {
  const { clock, directory, iam, auth, middleware, behaviour, random, bringUpToDate } = parts;
  const app = new Hono<SimulatorEnv>();
  // Only a lost connection and a fault of our own end here: neither is an answer.
  app.onError((error) => {
    throw error;
  });

  const answer = (c: ApiContext, value: Answer) => (isProblem(value) ? answerProblem(c, value) : c.json(value));

  function authorized(operation: (c: ApiContext) => Answer): Handler<SimulatorEnv> {
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

  function inWorkspace(operation: (c: ApiContext, workspace: Workspace) => Answer): Handler<SimulatorEnv> {
    return authorized((c) => {
      const project = projectOf(c);
      if (isProblem(project)) return project;
      const workspace = project.workspaces.get(c.req.param('workspaceId') ?? '');
      if (workspace === undefined) return unknownWorkspace(behaviour.get().workspaces);
      bringUpToDate();
      return operation(c, workspace);
    });
  }

  function projectOf(c: ApiContext): Project | Problem {
    return directory.projects.get(c.req.param('projectId') ?? '') ?? socProblem('20030002', 'Invalid project ID.');
  }

  app.get(
    instances,
    middleware('ListAopWorkflowInstance'),
    inWorkspace((c, workspace) => listAnswer(workspace, parameters(c), random, clock.now())),
  );

  app.get(
    `${instances}/:instanceId`,
    middleware('ShowAopWorkflowInstance'),
    inWorkspace((c, workspace) =>
      showAnswer(workspace, c.req.param('instanceId') ?? '', parameters(c), random, clock.now()),
    ),
  );

  app.get(
    `${workspaces}/:workspaceId/soc/playbooks`,
    middleware('ListPlaybooks'),
    inWorkspace((c, workspace) => playbooksAnswer(workspace, parameters(c))),
  );

  app.get(
    workspaces,
    middleware('ListWorkspaces'),
    authorized((c) => {
      const project = projectOf(c);
      if (isProblem(project)) return project;
      return workspacesAnswer(project, parameters(c), behaviour.get().workspaces);
    }),
  );

  app.post('/v3/auth/tokens', middleware('KeystoneCreateUserTokenByPassword'), async (c) => {
    const issued = iam.createToken(await c.req.json().catch(() => null));
    if (isProblem(issued)) return answerProblem(c, issued);
    c.header('X-Subject-Token', issued.token);
    return c.json(issued.body, 201);
  });

  app.post('/v3.0/OS-AUTH/id-token/tokens', middleware('CreateTokenWithIdToken'), async (c) => {
    const issued = iam.createTokenByIdToken(c.req.header('x-idp-id') ?? '', await c.req.json().catch(() => null));
    if (isProblem(issued)) return answerProblem(c, issued);
    c.header('X-Subject-Token', issued.token);
    return c.json(issued.body, 201);
  });

  app.post('/v3.0/OS-CREDENTIAL/securitytokens', middleware('CreateTemporaryAccessKeyByToken'), async (c) => {
    const keys = iam.createTemporaryKeys(await c.req.json().catch(() => null));
    return isProblem(keys) ? answerProblem(c, keys) : c.json(keys, 201);
  });

  app.get(
    '/v3/projects',
    middleware('KeystoneListProjects'),
    authorized((c) => iam.listProjects(parameters(c).get('name'))),
  );

  app.all('*', middleware('unknown'), (c) =>
    answerProblem(c, gatewayProblem(404, 'APIGW.0101', 'The API does not exist or has not been published')),
  );
  return app;
}

function parameters(c: ApiContext): URLSearchParams {
  return new URL(c.req.url).searchParams;
}
