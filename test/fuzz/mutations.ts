import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { numbers, textsAndHugeOnes, times } from './texts.ts';

/** What may be done to an answer of SecMaster's. Places are counted modulo how many there are, so that each mutation fits each answer. */
export type Mutation =
  /** A value is replaced: at one place, or at all with the same key, then numbered if `isVaried`. */
  | {
      readonly kind: 'set';
      readonly at: number;
      readonly everywhere: boolean;
      readonly isVaried: boolean;
      readonly value: unknown;
    }
  | {
      readonly kind: 'field';
      readonly key: string;
      readonly everywhere: boolean;
      readonly isVaried: boolean;
      readonly value: unknown;
    }
  | { readonly kind: 'remove'; readonly at: number; readonly everywhere: boolean }
  | { readonly kind: 'rename'; readonly at: number; readonly to: string }
  /** A member is written before another, as text: a key may be there twice. */
  | { readonly kind: 'insert'; readonly at: number; readonly member: string }
  /** A value becomes the only one of a list, or of an object. */
  | { readonly kind: 'wrap'; readonly at: number; readonly as: 'list' | 'object' }
  | { readonly kind: 'nest'; readonly at: number; readonly depth: number; readonly as: 'list' | 'object' }
  /** The rows become so many, with the same ids or their own, and with a value of their own in a field. */
  | {
      readonly kind: 'multiply';
      readonly rows: number;
      readonly ids: 'same' | 'own';
      readonly key: string;
      readonly texts: string;
    }
  | { readonly kind: 'body'; readonly how: keyof typeof bodies; readonly at: number }
  | { readonly kind: 'head'; readonly status: number; readonly headers: Readonly<Record<string, string>> }
  | { readonly kind: 'error'; readonly status: number; readonly body: unknown };

const textOf = (body: Uint8Array) => new TextDecoder().decode(body);
const bytes = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text));

/** What may happen to bytes. */
const bodies = {
  empty: () => bytes(''),
  cut: (body, at) => body.slice(0, at % (body.length + 1)),
  BOM: (body) => bytes(`\ufeff${textOf(body)}`),
  UTF16: (body) => new Uint8Array(Buffer.from(textOf(body), 'utf16le')),
  'invalid UTF-8': (body, at) => {
    const changed = body.slice();
    for (let i = at % 7; i < changed.length; i += 97) changed[i] = 0x80 + (i % 0x80);
    return changed;
  },
  gzip: (body) => new Uint8Array(gzipSync(body)),
  'gzip bomb': () => new Uint8Array(gzipSync(Buffer.alloc(1_000_000))),
  HTML: () => bytes('<!doctype html><title>Sign in "here"\n<b></title><script>x</script>'),
  twice: (body) => bytes(textOf(body).repeat(2)),
  null: () => bytes('null'),
  number: () => bytes('1e999'),
  text: () => bytes('"\\ud800"'),
  deep: () => bytes('['.repeat(10_000) + ']'.repeat(10_000)),
  unclosed: () => bytes('{"instances":'.repeat(10_000)),
} satisfies Record<string, (body: Uint8Array<ArrayBuffer>, at: number) => Uint8Array<ArrayBuffer>>;

const keys = [
  ...[
    'id',
    'status',
    'trigger_type',
    'start_time',
    'end_time',
    'retry_count',
    'playbook',
    'name',
    'en_name',
    'workflow',
  ],
  ...['dataclass', 'count', 'instances', 'topology', 'audit_logs', 'action_id', 'action_name', 'error_msg', 'succeed'],
  ...['parent_instance_id', 'workspaces', 'is_view'],
];
const textKeys = [
  'status',
  'trigger_type',
  'playbook.id',
  'playbook.name',
  'playbook.en_name',
  'action_name',
  'id',
  'name',
];

const at = fc.nat({ max: 5_000 });
const everywhere = fc.boolean();
const isVaried = fc.boolean();
const key = fc.constantFrom(...keys);
const value: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 8, arbitrary: textsAndHugeOnes },
  { weight: 4, arbitrary: numbers },
  { weight: 3, arbitrary: times },
  { weight: 2, arbitrary: fc.constantFrom(null, true, false, [], {}, [[]], { id: {} }, ['FAILED']) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
);
const status = fc.constantFrom(200, 201, 204, 206, 304, 400, 401, 403, 404, 409, 418, 429, 500, 502, 503, 599);
/** A header takes Latin-1 without control characters only. */
const headerText = textsAndHugeOnes.map((text) =>
  text
    .replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '')
    .trim()
    .slice(0, 8_000),
);
const headers: fc.Arbitrary<Record<string, string>> = fc.dictionary(
  fc.constantFrom(
    'content-type',
    'x-request-id',
    'date',
    'retry-after',
    'content-encoding',
    'location',
    'x-subject-token',
  ),
  fc.oneof(
    headerText,
    fc.constantFrom(
      'text/html',
      'application/json;charset=utf-16',
      'gzip',
      'Thu, 01 Jan 1970 00:00:00 GMT',
      '999999999',
    ),
    fc.constantFrom('Fri, 31 Dec 9999 23:59:59 GMT', 'Sat, 18 Jul 2026 12:00:00 GMT'),
  ),
  { maxKeys: 3 },
);
const errorBody = fc.record(
  {
    error_code: value,
    error_msg: value,
    code: value,
    message: value,
    error: fc.oneof(value, fc.record({ code: value, message: value }, { requiredKeys: [] })),
    request_id: value,
  },
  { requiredKeys: [] },
);
/** A value of the kind that the key has. */
const fitting = fc
  .oneof(
    fc.tuple(fc.constantFrom('retry_count', 'count'), numbers),
    fc.tuple(fc.constantFrom('start_time', 'end_time'), times),
    fc.tuple(
      fc.constantFrom('status', 'trigger_type', 'name', 'en_name', 'id', 'action_name', 'error_msg'),
      textsAndHugeOnes,
    ),
  )
  .chain(([key, value]) =>
    fc.record({
      kind: fc.constant('field' as const),
      key: fc.constant(key),
      everywhere,
      isVaried,
      value: fc.constant(value),
    }),
  );
/** As JSON can write them and JSON.stringify can't. */
const rawNumbers = fc.constantFrom(
  '-0',
  '1e999',
  '-1e999',
  '9007199254740993',
  '0.1e-400',
  '123456789012345678901234567890',
);
const member = fc
  .tuple(
    fc.oneof(key, fc.constantFrom('__proto__', 'constructor', 'toJSON', 'then', '')),
    fc.oneof({ weight: 4, arbitrary: value.map((one) => JSON.stringify(one)) }, { weight: 1, arbitrary: rawNumbers }),
  )
  .map(([name, one]) => `${JSON.stringify(name)}:${one}`);

export const mutations: fc.Arbitrary<Mutation> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('set' as const), at, everywhere, isVaried, value }) },
  { weight: 12, arbitrary: fitting },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('field' as const), key, everywhere, isVaried, value }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('remove' as const), at, everywhere }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('rename' as const), at, to: fc.oneof(key, textsAndHugeOnes) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('insert' as const), at, member }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('wrap' as const), at, as: fc.constantFrom('list', 'object') }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('nest' as const),
      at,
      depth: fc.constantFrom(20, 1_000, 10_000),
      as: fc.constantFrom('list', 'object'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('multiply' as const),
      rows: fc.constantFrom(2, 101, 300, 3_000),
      ids: fc.constantFrom('same', 'own'),
      key: fc.constantFrom(...textKeys),
      texts: fc.constantFrom('v', 'Ω ', '"', '\n', 'x'.repeat(250)),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('body' as const),
      how: fc.constantFrom(...(Object.keys(bodies) as (keyof typeof bodies)[])),
      at,
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('head' as const), status, headers }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('error' as const), status, body: errorBody }) },
);

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** The answer as the mutation makes it. */
export function mutated(answer: Answer, mutation: Mutation): Answer {
  switch (mutation.kind) {
    case 'head':
      return { ...answer, status: mutation.status, headers: { ...answer.headers, ...mutation.headers } };
    case 'error':
      return { ...answer, status: mutation.status, body: bytes(JSON.stringify(mutation.body)) };
    case 'body':
      return { ...answer, body: bodies[mutation.how](answer.body, mutation.at) };
    case 'insert':
      return { ...answer, body: bytes(withMember(textOf(answer.body), mutation)) };
    default:
      return { ...answer, body: bytes(mutatedJson(textOf(answer.body), mutation)) };
  }
}

function withMember(text: string, { at, member }: { at: number; member: string }): string {
  const places = [...text.matchAll(/[{,](?="\w+":)/g)].map(({ index }) => index + 1);
  const place = places[at % Math.max(1, places.length)];
  return place === undefined ? text : `${text.slice(0, place)}${member},${text.slice(place)}`;
}

/** A value in a body, where it is. */
interface Place {
  readonly parent: Record<string, unknown>;
  readonly key: string;
}

type OfJson = Exclude<Mutation, { kind: 'head' | 'error' | 'body' | 'insert' }>;

function mutatedJson(text: string, mutation: OfJson): string {
  const root: Record<string, unknown> = {};
  try {
    root.body = JSON.parse(text);
  } catch {
    return text;
  }
  if (mutation.kind === 'multiply') multiply(root.body, mutation);
  else change(root, mutation);
  return JSON.stringify(root.body, (_, one) => (one instanceof Deep ? one.mark : one)).replaceAll(deepMark, deepText);
}

function change(root: Record<string, unknown>, mutation: Exclude<OfJson, { kind: 'multiply' }>): void {
  const all = placesIn(root);
  const first = all[('at' in mutation ? mutation.at : 0) % all.length];
  const wanted = mutation.kind === 'field' ? mutation.key : first?.key;
  const same = all.filter((one) => one.key === wanted);
  const some =
    'everywhere' in mutation && mutation.everywhere ? same : mutation.kind === 'field' ? same.slice(0, 1) : [first];
  for (const [i, place] of some.entries()) {
    if (place === undefined) continue;
    const { parent, key } = place;
    switch (mutation.kind) {
      case 'set':
      case 'field':
        parent[key] = mutation.isVaried ? varied(mutation.value, i) : mutation.value;
        break;
      case 'remove':
        delete parent[key];
        break;
      case 'rename':
        parent[mutation.to] = parent[key];
        delete parent[key];
        break;
      case 'wrap':
        parent[key] = mutation.as === 'list' ? [parent[key]] : { [key]: parent[key] };
        break;
      case 'nest':
        parent[key] = new Deep(mutation.depth, mutation.as);
        break;
    }
  }
}

function varied(value: unknown, i: number): unknown {
  if (typeof value === 'string') return `${value}${i}`;
  return typeof value === 'number' ? value + i : value;
}

/** Of an object's members and a list's items, outermost first. */
function placesIn(root: Record<string, unknown>): Place[] {
  const places: Place[] = [];
  const parents: unknown[] = [root];
  for (let parent = parents.shift(); parent !== undefined; parent = parents.shift()) {
    for (const [key, one] of Object.entries(parent as Record<string, unknown>)) {
      places.push({ parent: parent as Record<string, unknown>, key });
      if (typeof one === 'object' && one !== null) parents.push(one);
    }
  }
  return places;
}

/** Lists of rows, however deep. */
function multiply(body: unknown, { rows, ids, key, texts }: Extract<Mutation, { kind: 'multiply' }>): void {
  for (const { parent, key: name } of placesIn({ body })) {
    const list = parent[name];
    if (!Array.isArray(list) || list.length === 0) continue;
    const row: unknown = list[0];
    parent[name] = Array.from({ length: rows }, (_, i) => {
      const copy = structuredClone(row) as Record<string, unknown>;
      if (typeof copy !== 'object' || copy === null) return copy;
      if (ids === 'own') copy.id = `${copy.id}-${i}`;
      const [outer = '', inner] = key.split('.');
      if (inner === undefined) copy[outer] = `${texts}${i}`;
      else copy[outer] = { ...(copy[outer] as object | null), [inner]: `${texts}${i}` };
      return copy;
    });
    return;
  }
}

/** What JSON.stringify could not write by itself. */
class Deep {
  readonly mark: string;

  constructor(depth: number, as: 'list' | 'object') {
    this.mark = `\u0001deep ${as} ${depth}\u0001`;
  }
}

const deepMark = /"\\u0001deep (list|object) (\d+)\\u0001"/g;

function deepText(_: string, as: string, depth: string): string {
  const [open, close] = as === 'list' ? ['[', ']'] : ['{"a":', '}'];
  return `${open.repeat(Number(depth))}1${close.repeat(Number(depth))}`;
}
