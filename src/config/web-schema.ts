import { validateHeaderValue } from 'node:http';
import { z } from 'zod';
import { Secret } from '../model/secret.ts';
import { parseDuration } from './duration.ts';
import { field, notText, oneOf, text, whole } from './fields.ts';

/** The keys of exporter-toolkit's web configuration. What is not supported says so by name. */

export type WebSections = z.output<typeof webSchema>;
export type TlsSection = NonNullable<WebSections['tls_server_config']>;

const chosenByNode = z
  .custom<undefined>((value) => value === undefined, 'is not supported: Node.js chooses it; remove this key')
  .optional();

/** The other types accept clients without a verified certificate, so they would only look like protection. */
const clientAuthType = field(
  (value, refuse): 'NoClientCert' | 'RequireAndVerifyClientCert' => {
    if (value === 'NoClientCert' || value === 'RequireAndVerifyClientCert') return value;
    const isKnown = /^(RequestClientCert|Require(Any)?ClientCert|VerifyClientCertIfGiven)$/.test(String(value));
    return refuse(
      isKnown
        ? 'is not supported, because it lets in clients without a verified certificate; use RequireAndVerifyClientCert'
        : 'must be NoClientCert or RequireAndVerifyClientCert',
    );
  },
  { values: 'NoClientCert or RequireAndVerifyClientCert' },
);

const trueOrFalse = field((value, refuse) => (typeof value === 'boolean' ? value : refuse('must be true or false')), {
  values: 'true or false',
});

/** A mapping whose keys are the user's. zod's own passes over a key named `__proto__`. */
function mapOf<T>(keyProblem: (key: string) => string | null, item: (key: string) => z.ZodType<T>) {
  return z.unknown().transform((given, context): ReadonlyMap<string, T> => {
    const map = new Map<string, T>();
    const refuse = (message: string, path: PropertyKey[] = []) =>
      void context.addIssue({ code: 'custom', message, path, params: { isShown: false } });
    if (typeof given !== 'object' || given === null || Array.isArray(given)) refuse('must be a mapping (key: value)');
    else
      for (const [key, value] of Object.entries(given)) {
        const problem = keyProblem(key);
        const parsed = item(key).safeParse(value);
        if (problem !== null) refuse(problem, [key]);
        else if (parsed.success) map.set(key, parsed.data);
        else for (const { message, path } of parsed.error.issues) refuse(message, [key, ...path]);
      }
    return map;
  });
}

/** The headers that the exporter-toolkit allows. */
const headerNames = [
  'Content-Security-Policy',
  'Strict-Transport-Security',
  'X-Content-Type-Options',
  'X-Frame-Options',
  'X-XSS-Protection',
];

const headers = mapOf(
  (name) =>
    headerNames.includes(name) ? null : `is not a header that can be set; those are ${headerNames.join(', ')}`,
  (name) =>
    field(
      (value, refuse) => {
        if (typeof value !== 'string') return refuse(notText);
        try {
          validateHeaderValue(name, value);
          return value;
        } catch {
          return refuse('must be one line of Latin-1 characters; a header can contain no other');
        }
      },
      { values: 'text', isShown: false },
    ).schema,
);

const hash = field(
  (value, refuse) => {
    if (typeof value === 'string' && /^\$2[aby]\$(0[4-9]|1[0-6])\$[./A-Za-z0-9]{53}$/.test(value))
      return new Secret(value);
    return refuse('is not a bcrypt hash with a cost of at most 16; create one with htpasswd -nBC 10 "" | tr -d ":\\n"');
  },
  { values: 'bcrypt hash', isShown: false },
);

const users = mapOf(
  (user) => {
    if (user === '') return 'is not the name of a user; set a name';
    return user.includes(':') ? 'is not the name of a user: it contains a colon' : null;
  },
  () => hash.schema,
);

const interval = field(
  (value, refuse) => {
    const ms = value === 0 ? 0 : typeof value === 'string' ? parseDuration(value) : null;
    return ms ?? refuse('is not a valid duration; write it like 100ms or 1s, or 0 for no limit');
  },
  { values: 'duration' },
);

export const webSchema = z.strictObject({
  tls_server_config: z
    .strictObject({
      cert: text.schema.optional(),
      cert_file: text.schema.optional(),
      key: text.schema.optional(),
      key_file: text.schema.optional(),
      client_ca: text.schema.optional(),
      client_ca_file: text.schema.optional(),
      client_auth_type: clientAuthType.schema.prefault('NoClientCert'),
      client_allowed_sans: z
        .array(text.schema)
        .min(1, 'is empty; list at least one name, or remove this key')
        .optional(),
      min_version: oneOf('TLS12', 'TLS13').schema.prefault('TLS12'),
      max_version: oneOf('TLS12', 'TLS13').schema.prefault('TLS13'),
      cipher_suites: chosenByNode,
      curve_preferences: chosenByNode,
      prefer_server_cipher_suites: chosenByNode,
    })
    .optional(),
  http_server_config: z
    .strictObject({
      // Accepted but unused: the exporter serves HTTP/1.1, which Prometheus accepts.
      http2: trueOrFalse.schema.optional(),
      headers: headers.optional(),
    })
    .optional(),
  basic_auth_users: users.optional(),
  rate_limit: z.strictObject({ interval: interval.schema, burst: whole(1, 1_000_000).schema.prefault(1) }).optional(),
});
