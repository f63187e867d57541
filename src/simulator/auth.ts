import type { Clock } from '../clock.ts';
import { gatewayProblem, type Problem } from './errors.ts';
import { parseAuthorization, type SignedRequest, signatureOf } from './signature.ts';

export interface AccessKey {
  readonly ak: string;
  readonly sk: string;
  /** Of a temporary key: required with each request. */
  readonly securityToken?: string;
  /** Absent: never. */
  readonly expiresAtMs?: number;
}

/** Who may call: whoever has a token or an access key (docs/secmaster-api.md#authentication-failures). */
export interface Auth {
  /** null: allowed. */
  check(request: SignedRequest): Problem | null;
}

const maxSkewMs = 15 * 60_000;
/** More consecutive failures than this lock an access key. */
const maxFailures = 5;
const lockMs = 5 * 60_000;

export function createAuth(
  clock: Clock,
  accessKeys: () => readonly AccessKey[],
  tokenExpiryMs: (token: string) => number | null,
): Auth {
  const failures = new Map<string, { count: number; lockedUntilMs: number }>();

  function checkToken(token: string): Problem | null {
    const expiryMs = tokenExpiryMs(token);
    return expiryMs === null || expiryMs <= clock.now()
      ? gatewayProblem(401, 'APIGW.0307', 'The token must be updated.')
      : null;
  }

  function checkSignature(request: SignedRequest, header: string): Problem | null {
    const authorization = parseAuthorization(header);
    if (authorization === null) return refused('Authorization format is incorrect');
    const { ak } = authorization;
    const known = failures.get(ak) ?? { count: 0, lockedUntilMs: 0 };
    failures.set(ak, known);
    if (clock.now() < known.lockedUntilMs) return refused('AK access failed to reach the limit,forbidden');

    const why = whyRefused(request, authorization);
    if (why === null) {
      known.count = 0;
      return null;
    }
    known.count += 1;
    if (known.count > maxFailures) {
      known.count = 0;
      known.lockedUntilMs = clock.now() + lockMs;
    }
    return refused(why);
  }

  function whyRefused(
    request: SignedRequest,
    { ak, signedHeaders, signature }: NonNullable<ReturnType<typeof parseAuthorization>>,
  ): string | null {
    const key = accessKeys().find((candidate) => candidate.ak === ak);
    if (key === undefined || (key.expiresAtMs ?? Number.POSITIVE_INFINITY) <= clock.now())
      return `Get secretKey failed,ak:${ak},err:ak not exist`;
    const signedAtMs = parseSdkDate(request.headers.get('x-sdk-date') ?? '');
    if (signedAtMs === null || !signedHeaders.includes('x-sdk-date')) return 'X-Sdk-Date is missing or not signed';
    if (Math.abs(clock.now() - signedAtMs) > maxSkewMs) return 'signature expired';
    if ((request.headers.get('x-security-token') ?? undefined) !== key.securityToken) {
      return `Get secretKey failed,ak:${ak},err:security token does not belong to it`;
    }
    return signatureOf(request, signedHeaders, key.sk) === signature ? null : 'verify aksk signature fail';
  }

  return {
    check: (request) => {
      const token = request.headers.get('x-auth-token');
      if (token !== null) return checkToken(token);
      const header = request.headers.get('authorization');
      return header === null ? refused('x-auth-token not found') : checkSignature(request, header);
    },
  };
}

function refused(why: string): Problem {
  return gatewayProblem(401, 'APIGW.0301', `Incorrect IAM authentication information: ${why}`);
}

/** `20250718T151103Z` to milliseconds since the epoch. */
function parseSdkDate(text: string): number | null {
  const iso = text.replace(/^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/, '$1-$2-$3T$4:$5:$6Z');
  const ms = iso === text ? Number.NaN : Date.parse(iso);
  return Number.isNaN(ms) ? null : ms;
}
