import { Hono } from 'hono';
import type { Clock } from '../clock.ts';
import { type Accounts, createAccounts } from './accounts.ts';
import { createApi } from './api.ts';
import { type AccessKey, createAuth } from './auth.ts';
import type { BehaviourChange } from './behaviour.ts';
import { type BehaviourHandle, createBehaviourHandle } from './behaviour-handle.ts';
import { createControl } from './control.ts';
import {
  defaultAccessKey,
  defaultIdToken,
  defaultProject,
  defaultTemporaryKey,
  defaultUser,
  defaultWorkspace,
} from './defaults.ts';
import { createDirectory, type Directory, type WorkspaceOptions } from './directory.ts';
import { createFaults, type Faults } from './faults.ts';
import { createIam, type Iam, type IamUser, type IdToken } from './iam.ts';
import { createMetadata, type Metadata, type MetadataOptions } from './metadata.ts';
import { createMiddleware, type SimulatorEnv } from './middleware.ts';
import { createRandom } from './random.ts';
import { createRequestLog, type RequestLog } from './request-log.ts';
import { type Truth, type TruthQuery, truth } from './truth.ts';

export interface SimulatorOptions {
  /** A manual one (manual-clock.ts) can be advanced through the control calls too. */
  readonly clock: Clock;
  /** Of faults and of answers that are otherwise each time; each life has its own. */
  readonly seed?: number;
  /** None: one project with one workspace, in which nothing happens by itself. */
  readonly projects?: readonly ProjectOptions[];
  readonly accessKeys?: readonly AccessKey[];
  readonly users?: readonly IamUser[];
  readonly idTokens?: readonly IdToken[];
  readonly tokenLifetimeMs?: number;
  readonly metadata?: Partial<MetadataOptions>;
  /** What is not known about the real API (behaviour.ts); none: friendly. */
  readonly behaviour?: BehaviourChange;
}

export interface ProjectOptions {
  readonly id: string;
  readonly name: string;
  readonly workspaces: readonly WorkspaceOptions[];
}

/** A SecMaster of our own, with the IAM in front of it, built from what docs/secmaster-api.md says alone. */
export interface Simulator {
  /** In process: `app.request(path, init)`; over a socket: `listen` of listen.ts. */
  readonly app: Hono<SimulatorEnv>;
  readonly directory: Directory;
  /** Of all workspaces that don't deviate from it: `directory.workspace(id).behaviour`. */
  readonly behaviour: BehaviourHandle;
  readonly faults: Faults;
  readonly requests: RequestLog;
  readonly accounts: Accounts;
  readonly iam: Pick<Iam, 'revokeTokens' | 'revokeKeys'>;
  readonly metadata: Pick<Metadata, 'revoke'>;
  /** Lets every life go on until now; requests and `truth` do so by themselves. */
  bringUpToDate(): void;
  truth(workspaceId: string, query: Omit<TruthQuery, 'nowMs'>): Truth;
}

const dayMs = 24 * 3_600_000;

export function createSimulator(options: SimulatorOptions): Simulator {
  const { clock, seed = 1 } = options;
  const behaviour = createBehaviourHandle(clock, options.behaviour);
  const directory = createDirectory(clock, behaviour);
  for (const project of options.projects ?? [{ ...defaultProject, workspaces: [defaultWorkspace] }]) {
    directory.addProject(project);
    for (const workspace of project.workspaces) directory.addWorkspace(project.id, workspace);
  }
  const faults = createFaults(seed);
  const requests = createRequestLog();
  const accounts = createAccounts(
    options.accessKeys ?? [defaultAccessKey, defaultTemporaryKey],
    options.users ?? [defaultUser],
    options.idTokens ?? [defaultIdToken],
  );
  const middleware = createMiddleware(clock, faults, requests, behaviourOf);
  const metadata = createMetadata(clock, middleware, {
    version: 2,
    hasAgency: true,
    keyLifetimeMs: dayMs,
    replacedBeforeMs: 3_600_000,
    ...options.metadata,
  });
  const iam = createIam(
    clock,
    accounts,
    () => [...directory.projects.values()].map(({ id, name }) => ({ id, name })),
    options.tokenLifetimeMs ?? dayMs,
  );

  function behaviourOf(workspaceId: string | null): BehaviourHandle {
    return directory.workspaces().find(({ id }) => id === workspaceId)?.behaviour ?? behaviour;
  }

  function bringUpToDate(): void {
    for (const { life } of directory.workspaces()) life?.advanceTo(clock.now());
  }

  function truthNow(workspaceId: string, query: Omit<TruthQuery, 'nowMs'>): Truth {
    bringUpToDate();
    return truth(directory.workspace(workspaceId).world, { ...query, nowMs: clock.now() });
  }

  const app = new Hono<SimulatorEnv>();
  app.onError((error) => {
    throw error;
  });
  app.route('/_simulator', createControl({ clock, directory, behaviour, faults, requests, truth: truthNow }));
  app.route('/', metadata.app);
  app.route(
    '/',
    createApi({
      clock,
      directory,
      iam,
      auth: createAuth(clock, () => [...accounts.accessKeys(), ...metadata.keys(), ...iam.keys()], iam.tokenExpiryMs),
      middleware,
      behaviour,
      random: createRandom(seed),
      bringUpToDate,
    }),
  );
  return { app, directory, behaviour, faults, requests, accounts, iam, metadata, bringUpToDate, truth: truthNow };
}
