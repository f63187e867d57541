import { createHash, createHmac } from 'node:crypto';

/** Huawei Cloud's AK/SK signature, SDK-HMAC-SHA256. All given headers are signed; `x-sdk-date` must be one of them. */

export type Query = readonly (readonly [key: string, value: string])[];

export interface Signable {
  readonly method: string;
  /** Unencoded, without the query. */
  readonly path: string;
  readonly query: Query;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const algorithm = 'SDK-HMAC-SHA256';

/** The value of the `Authorization` header. */
export function sign(request: Signable, ak: string, sk: string): string {
  const signature = createHmac('sha256', sk).update(stringToSign(request)).digest('hex');
  const names = canonicalHeaders(request.headers).map(([name]) => name);
  return `${algorithm} Access=${ak}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
}

export function stringToSign(request: Signable): string {
  const headers = canonicalHeaders(request.headers);
  const date = headers.find(([name]) => name === 'x-sdk-date')?.[1];
  if (date === undefined) throw new TypeError('a signed request needs the header x-sdk-date');
  return [algorithm, date, sha256(canonicalRequest(request))].join('\n');
}

export function canonicalRequest({ method, path, query, headers, body }: Signable): string {
  const signed = canonicalHeaders(headers);
  const encodedPath = encodePath(path);
  return [
    method,
    // The signed path ends with a slash, although the sent one doesn't.
    encodedPath.endsWith('/') ? encodedPath : `${encodedPath}/`,
    encodeQuery(query),
    ...signed.map(([name, value]) => `${name}:${value}`),
    '',
    signed.map(([name]) => name).join(';'),
    sha256(body),
  ].join('\n');
}

/** Sorted by key, then value. It is also what is sent, so that both sides see the same bytes. */
export function encodeQuery(query: Query): string {
  return query
    .toSorted(([keyA, valueA], [keyB, valueB]) => compare(keyA, keyB) || compare(valueA, valueB))
    .map(([key, value]) => `${encode(key)}=${encode(value)}`)
    .join('&');
}

export function encodePath(path: string): string {
  return path.split('/').map(encode).join('/');
}

/** `20250718T151103Z` */
export function formatSdkDate(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}

function canonicalHeaders(headers: Signable['headers']): [name: string, value: string][] {
  return Object.entries(headers)
    .map(([name, value]): [string, string] => [name.toLowerCase(), value.trim()])
    .sort(([a], [b]) => compare(a, b));
}

/** RFC 3986: everything but the unreserved characters, including the five that encodeURIComponent leaves as they are. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
