import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import { iamProblem, type Problem } from './errors.ts';

export interface IamUser {
  readonly domain: string;
  readonly user: string;
  readonly password: string;
}

export interface IamProject {
  readonly id: string;
  readonly name: string;
}

export interface IssuedToken {
  readonly token: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The two calls of IAM that concern us (docs/secmaster-api.md#iam-token, docs/secmaster-api.md#credential-sources). */
export interface Iam {
  /** POST /v3/auth/tokens with the password method, scoped to a project. */
  createToken(body: unknown): IssuedToken | Problem;
  /** GET /v3/projects?name= */
  listProjects(name: string | null): Readonly<Record<string, unknown>>;
  /** null for a token that was never given out. */
  tokenExpiryMs(token: string): number | null;
  /** No token given out so far is valid any more. */
  revokeTokens(): void;
}

const tokenRequest = z.object({
  auth: z.object({
    identity: z.object({
      methods: z.tuple([z.literal('password')]),
      password: z.object({
        user: z.object({ name: z.string(), password: z.string(), domain: z.object({ name: z.string() }) }),
      }),
    }),
    scope: z.object({
      project: z.union([z.object({ id: z.string() }), z.object({ name: z.string() })]),
    }),
  }),
});

export function createIam(
  clock: Clock,
  users: () => readonly IamUser[],
  projects: () => readonly IamProject[],
  tokenLifetimeMs: number,
): Iam {
  const expiries = new Map<string, number>();

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
      const scope = request.data.auth.scope.project;
      const project = projects().find((candidate) =>
        'id' in scope ? candidate.id === scope.id : candidate.name === scope.name,
      );
      if (project === undefined) return iamProblem(403, 'The user has no permission for the project.');

      const token = randomBytes(48).toString('base64');
      const nowMs = clock.now();
      expiries.set(token, nowMs + tokenLifetimeMs);
      return {
        token,
        body: {
          token: {
            methods: ['password'],
            issued_at: iamTime(nowMs),
            expires_at: iamTime(nowMs + tokenLifetimeMs),
            user: { name: known.user, domain: { name: known.domain } },
            project: { ...project, domain: { name: known.domain } },
            roles: [],
            catalog: [],
          },
        },
      };
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
