import { createHash, createHmac } from 'node:crypto';

/** The server's side of SDK-HMAC-SHA256 (docs/secmaster-api.md#signing). */
export interface SignedRequest {
  readonly method: string;
  readonly url: URL;
  /** As received; a missing `host` is taken from the URL. */
  readonly headers: Headers;
  readonly body: string;
}

export interface Authorization {
  readonly ak: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

const authorizationForm = /^SDK-HMAC-SHA256 Access=([^,\s]+), ?SignedHeaders=([^,\s]+), ?Signature=([0-9a-f]{64})$/;

export function parseAuthorization(text: string): Authorization | null {
  const [, ak, signedHeaders, signature] = authorizationForm.exec(text) ?? [];
  if (ak === undefined || signedHeaders === undefined || signature === undefined) return null;
  return { ak, signedHeaders: signedHeaders.toLowerCase().split(';'), signature };
}

export function signatureOf(request: SignedRequest, signedHeaders: readonly string[], sk: string): string {
  const date = request.headers.get('x-sdk-date') ?? '';
  const toSign = `SDK-HMAC-SHA256\n${date}\n${sha256(canonicalRequest(request, signedHeaders))}`;
  return createHmac('sha256', sk).update(toSign).digest('hex');
}

function canonicalRequest({ method, url, headers, body }: SignedRequest, signedHeaders: readonly string[]): string {
  const segments = url.pathname.split('/').map((segment) => encode(decodeURIComponent(segment)));
  const path = segments.join('/');
  const value = (name: string) => headers.get(name) ?? (name === 'host' ? url.host : '');
  return [
    method,
    path.endsWith('/') ? path : `${path}/`,
    canonicalQuery(url.searchParams),
    ...signedHeaders.toSorted().map((name) => `${name}:${value(name).trim()}`),
    '',
    signedHeaders.join(';'),
    sha256(body),
  ].join('\n');
}

function canonicalQuery(parameters: URLSearchParams): string {
  return [...parameters]
    .sort(([a, aValue], [b, bValue]) => compare(a, b) || compare(aValue, bValue))
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .join('&');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** RFC 3986: encodeURIComponent leaves five reserved characters as they are. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
