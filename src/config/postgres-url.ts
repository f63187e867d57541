/** URLs of PostgreSQL databases, as libpq writes them. They may hold a password, so no message repeats any of one. */

const example = 'postgresql://exporter@db.example.org/secmaster';

/** Those of libpq that have an effect here. */
const parameters = ['host', 'port', 'user', 'password', 'sslmode', 'application_name', 'options'];
const sslModes = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'];

/** null: no problem. */
export function postgresUrlProblem(text: string): string | null {
  if (!isPostgresUrl(text)) return `must begin with postgresql://; write it like ${example}`;
  const url = parse(text);
  const database = url?.pathname.slice(1) ?? '';
  if (url === null || /[\s#]/.test(text) || /[/@]/.test(database) || !isDecodable(text))
    return `must be like ${example}; in a user and password write %40 for @, and other special characters likewise`;
  const given = [...url.searchParams];
  if (given.some(([name]) => !parameters.includes(name)))
    return `has an unknown parameter; it may have ${parameters.join(', ')}`;
  if (new Set(given.map(([name]) => name)).size < given.length) return 'has a parameter twice; keep one of them';
  const host = hostOf(url);
  if (host === '') return `has no host; write it like ${example}`;
  if (host.includes(',')) return 'has several hosts; name one, such as that of a pooler';
  if (!/^(\/.*|[\w.-]+|\[[\da-f:.]+\])$/i.test(host)) return `has a host that is not valid; write it like ${example}`;
  if (database === '') return `has no database; write it like ${example}`;
  if (!isPort(url.searchParams.get('port') ?? '')) return 'has a port that is not valid; write a number up to 65535';
  const mode = url.searchParams.get('sslmode');
  if (mode !== null && !sslModes.includes(mode)) return `has an unknown sslmode; it may be ${sslModes.join(', ')}`;
  return null;
}

/** A URL rather than the path of a file. */
export function isPostgresUrl(text: string): boolean {
  return /^postgres(ql)?:\/\//i.test(text);
}

/** What of it must not be shown: its password, as it is written and as it is meant. */
export function postgresSecrets(text: string): string[] {
  const passwords = passwordsOf(text);
  return [...passwords, ...passwords.map(decodeURIComponent)];
}

export function hasPassword(text: string): boolean {
  return passwordsOf(text).length > 0;
}

/** Without its password. */
export function shownPostgresUrl(text: string): string {
  return text.replace(/^([^/]*:\/\/[^/?@:]*:)[^/?]*(?=@)/, '$1<secret>').replace(/([?&]password=)[^&]*/, '$1<secret>');
}

function passwordsOf(text: string): string[] {
  const url = parse(text);
  if (url === null) return [];
  return [url.password, encodeURIComponent(url.searchParams.get('password') ?? '')].filter((one) => one !== '');
}

/** A directory with a socket, which begins with a slash, may stand in the place of the host, or be a parameter. */
function hostOf(url: URL): string {
  const named = url.searchParams.get('host') ?? '';
  return named === '' ? decodeURIComponent(url.hostname).replace(noHost, '') : named;
}

const noHost = 'no-host';

function parse(text: string): URL | null {
  // A user without a host is in the form of libpq only.
  return URL.parse(text) ?? URL.parse(text.replace('@/', `@${noHost}/`));
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function isPort(text: string): boolean {
  return text === '' || (/^\d{1,5}$/.test(text) && Number(text) <= 65_535);
}
