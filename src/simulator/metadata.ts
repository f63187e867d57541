import { randomBytes } from 'node:crypto';
import { type Context, Hono } from 'hono';
import type { Clock } from '../clock.ts';
import type { AccessKey } from './auth.ts';
import { iamTime } from './iam.ts';
import type { createMiddleware, SimulatorEnv } from './middleware.ts';

export interface MetadataOptions {
  /** Version 1 has no tokens; version 2 requires one here, as a node can be configured to do. */
  readonly version: 1 | 2;
  /** Whether the node has an agency. */
  readonly hasAgency: boolean;
  readonly keyLifetimeMs: number;
  /** How long before they expire the keys are replaced. */
  readonly replacedBeforeMs: number;
}

/** The metadata service of an ECS: temporary keys of its agency (docs/secmaster-api.md#metadata-service). */
export interface Metadata {
  readonly app: Hono<SimulatorEnv>;
  /** All keys issued so far. */
  keys(): readonly AccessKey[];
  /** As if the agency's session had ended: all keys become unknown, and new ones are issued. */
  revoke(): void;
}

export function createMetadata(
  clock: Clock,
  middleware: ReturnType<typeof createMiddleware>,
  { version, hasAgency, keyLifetimeMs, replacedBeforeMs }: MetadataOptions,
): Metadata {
  const tokens = new Map<string, number>();
  let keys: Required<AccessKey>[] = [];

  function current(): Required<AccessKey> {
    const last = keys.at(-1);
    if (last !== undefined && last.expiresAtMs - clock.now() > replacedBeforeMs) return last;
    const made = {
      ak: `HST${randomBytes(8).toString('hex').toUpperCase()}`,
      sk: randomBytes(20).toString('hex'),
      securityToken: randomBytes(48).toString('base64'),
      expiresAtMs: clock.now() + keyLifetimeMs,
    };
    keys.push(made);
    return made;
  }

  const app = new Hono<SimulatorEnv>();
  app.put('/meta-data/latest/api/token', middleware('GetMetadataToken'), (c) => {
    if (version === 1) return c.text('Method Not Allowed', 405);
    const seconds = Number(c.req.header('x-metadata-token-ttl-seconds'));
    if (!(seconds >= 1 && seconds <= 21_600)) return c.text('Bad Request', 400);
    const token = randomBytes(24).toString('base64');
    tokens.set(token, clock.now() + seconds * 1000);
    return c.text(token);
  });
  app.get('/openstack/latest/securitykey', middleware('GetSecurityKey'), (c) => {
    if (version === 2 && !isTokenGood(c)) return c.text('Unauthorized', 401);
    if (!hasAgency) return c.text('Please configure Cloud Service Agency first', 401);
    const { ak, sk, securityToken, expiresAtMs } = current();
    const credential = { access: ak, secret: sk, securitytoken: securityToken, expires_at: iamTime(expiresAtMs) };
    return c.json({ credential });
  });

  function isTokenGood(c: Context<SimulatorEnv>): boolean {
    return (tokens.get(c.req.header('x-metadata-token') ?? '') ?? 0) > clock.now();
  }

  return {
    app,
    keys: () => keys,
    revoke: () => {
      keys = [];
    },
  };
}
