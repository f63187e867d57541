import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { AccessKey } from './auth.ts';
import { iamProblem, type Problem } from './errors.ts';

export interface IamUser {
  readonly domain: string;
  readonly user: string;
  readonly password: string;
}

/** Of an identity provider that IAM trusts. */
export interface IdToken {
  readonly idpId: string;
  readonly token: string;
  /** Absent: never. */
  readonly expiresAtMs?: number;
}

export interface IamProject {
  readonly id: string;
  readonly name: string;
}

export interface IssuedToken {
  readonly token: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The users and tokens that IAM knows now. */
interface Identities {
  users(): readonly IamUser[];
  idTokens(): readonly IdToken[];
}

/** The calls of IAM that the exporter makes (docs/secmaster-api.md#iam-token, docs/secmaster-api.md#credential-sources). */
export interface Iam {
  /** POST /v3/auth/tokens with the password method, scoped to a project. */
  createToken(body: unknown): IssuedToken | Problem;
  /** POST /v3.0/OS-AUTH/id-token/tokens of an identity provider. */
  createTokenByIdToken(idpId: string, body: unknown): IssuedToken | Problem;
  /** POST /v3.0/OS-CREDENTIAL/securitytokens with the token method. */
  createTemporaryKeys(body: unknown): Readonly<Record<string, unknown>> | Problem;
  /** The temporary keys issued so far. */
  keys(): readonly AccessKey[];
  /** Makes all temporary keys issued so far unknown. */
  revokeKeys(): void;
  /** GET /v3/projects?name= */
  listProjects(name: string | null): Readonly<Record<string, unknown>>;
  /** null for a token that was never issued. */
  tokenExpiryMs(token: string): number | null;
  /** Makes all tokens issued so far invalid. */
  revokeTokens(): void;
}

const projectScope = z.union([z.object({ id: z.string() }), z.object({ name: z.string() })]);

const tokenRequest = z.object({
  auth: z.object({
    identity: z.object({
      methods: z.tuple([z.literal('password')]),
      password: z.object({
        user: z.object({ name: z.string(), password: z.string(), domain: z.object({ name: z.string() }) }),
      }),
    }),
    scope: z.object({ project: projectScope }),
  }),
});

const idTokenRequest = z.object({
  auth: z.object({
    id_token: z.object({ id: z.string() }),
    scope: z.object({ project: projectScope }).optional(),
  }),
});

const temporaryKeysRequest = z.object({
  auth: z.object({
    identity: z.object({
      methods: z.tuple([z.literal('token')]),
      token: z.object({ id: z.string(), duration_seconds: z.int().min(900).max(86_400).default(900) }),
    }),
  }),
});

export function createIam(
  clock: Clock,
  { users, idTokens }: Identities,
  projects: () => readonly IamProject[],
  tokenLifetimeMs: number,
): Iam {
  const expiries = new Map<string, number>();
  let keys: AccessKey[] = [];

  function issue(methods: readonly string[], about: object): IssuedToken {
    const token = randomBytes(48).toString('base64');
    const nowMs = clock.now();
    expiries.set(token, nowMs + tokenLifetimeMs);
    const times = { issued_at: iamTime(nowMs), expires_at: iamTime(nowMs + tokenLifetimeMs) };
    return { token, body: { token: { methods, ...times, ...about, roles: [], catalog: [] } } };
  }

  function projectOf(scope: z.infer<typeof projectScope>): IamProject | undefined {
    return projects().find((one) => ('id' in scope ? one.id === scope.id : one.name === scope.name));
  }

  return {
    createToken: (body) => {
      const request = tokenRequest.safeParse(body);
      if (!request.success) return iamProblem(400, `Request body is invalid: ${z.prettifyError(request.error)}`);
      const { user } = request.data.auth.identity.password;
      const known = users().find(
        (candidate) =>
          candidate.user === user.name && candidate.domain === user.domain.name && candidate.password === user.password,
      );
      if (known === undefined) return iamProblem(401, 'The username or password is wrong.');
      const project = projectOf(request.data.auth.scope.project);
      if (project === undefined) return iamProblem(403, 'The user has no permission for the project.');
      const domain = { name: known.domain };
      return issue(['password'], { user: { name: known.user, domain }, project: { ...project, domain } });
    },
    createTokenByIdToken: (idpId, body) => {
      const request = idTokenRequest.safeParse(body);
      if (!request.success) return iamProblem(400, `Request body is invalid: ${z.prettifyError(request.error)}`);
      const issued = idTokens().filter((one) => one.idpId === idpId);
      if (issued.length === 0) return iamProblem(404, 'Could not find the identity provider.');
      const { id_token: given, scope } = request.data.auth;
      const known = issued.find(({ token }) => token === given.id);
      if (known === undefined) return iamProblem(401, 'The ID token is invalid.');
      if ((known.expiresAtMs ?? Number.POSITIVE_INFINITY) <= clock.now())
        return iamProblem(401, 'The ID token has expired.');
      const project = scope === undefined ? undefined : projectOf(scope.project);
      if (scope !== undefined && project === undefined)
        return iamProblem(403, 'The user has no permission for the project.');
      return issue(['mapped'], { user: { name: 'federated', 'OS-FEDERATION': { identity_provider: { id: idpId } } } });
    },
    createTemporaryKeys: (body) => {
      const request = temporaryKeysRequest.safeParse(body);
      if (!request.success) return iamProblem(400, `Request body is invalid: ${z.prettifyError(request.error)}`);
      const { id: token, duration_seconds: seconds } = request.data.auth.identity.token;
      if ((expiries.get(token) ?? 0) <= clock.now()) return iamProblem(401, 'The token is invalid.');
      const key = {
        ak: `FED${randomBytes(8).toString('hex').toUpperCase()}`,
        sk: randomBytes(20).toString('hex'),
        securityToken: randomBytes(48).toString('base64'),
        expiresAtMs: clock.now() + seconds * 1_000,
      };
      keys.push(key);
      const { ak: access, sk: secret, securityToken: securitytoken, expiresAtMs } = key;
      return { credential: { access, secret, securitytoken, expires_at: iamTime(expiresAtMs) } };
    },
    keys: () => keys,
    revokeKeys: () => {
      keys = [];
    },
    listProjects: (name) => ({
      links: {},
      projects: projects()
        .filter((project) => name === null || project.name === name)
        .map(({ id, name }) => ({ id, name, enabled: true, is_domain: false, description: '' })),
    }),
    tokenExpiryMs: (token) => expiries.get(token) ?? null,
    revokeTokens: () => expiries.clear(),
  };
}

/** IAM writes microseconds. */
export function iamTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}
