/** Where a database is, as a URL of libpq names it. */
export interface Address {
  /** A folder with the server's socket begins with a slash. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string | null;
  readonly tls: 'off' | 'chain' | 'chain and host';
  readonly applicationName: string;
  /** Of the server's command line, such as `-c search_path=secmaster`. Poolers refuse them. */
  readonly options: string | null;
}

/** Names the database without its user and password. */
export function shownAddress({ host, port, database }: Address): string {
  return `PostgreSQL ${host.startsWith('/') || !host.includes(':') ? host : `[${host}]`}:${port}/${database}`;
}

const example = 'postgresql://exporter@db.example.org/secmaster';
const parameters = ['host', 'port', 'user', 'password', 'sslmode', 'application_name', 'options'];

/** @throws {Error} whose message says what of the URL to fix, and repeats nothing of it */
export function readAddress(url: string): Address {
  const [, userinfo = '', hosts = '', path = '', query = ''] =
    /^postgres(?:ql)?:\/\/(?:([^@/?#]*)@)?([^@/?#]*)(?:\/([^/?#]*))?(?:\?([^#]*))?$/i.exec(url) ??
    refuse(
      isPostgresUrl(url)
        ? `is not valid; write it like ${example}, and %40 for @ in a user or password, %2F for / likewise`
        : `must begin with postgresql://; write it like ${example}`,
    );
  const given = new URLSearchParams(query.replaceAll('+', '%2B'));
  // As they are written: a password behind an encoded name would not be known as one.
  const names = query.split('&').flatMap((one) => one.split('=', 1).filter((name) => name !== ''));
  const unknown = names.find((name) => !parameters.includes(name));
  if (unknown !== undefined)
    refuse(
      hints[unknown] ?? `has a parameter that is not supported; remove it, or write one of ${parameters.join(', ')}`,
    );

  const colon = userinfo.indexOf(':');
  const user = decoded(colon < 0 ? userinfo : userinfo.slice(0, colon)) || given.get('user');
  const password = (colon < 0 ? '' : decoded(userinfo.slice(colon + 1))) || given.get('password');
  const [, named = '', numbered] =
    /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(hosts) ??
    (hosts.includes(',') ? several() : refuse(`has a host or port that is not valid; write it like ${example}`));
  const host = decoded(named).replace(/^\[(.*)\]$/, '$1') || given.get('host');
  const database = decoded(path);
  const port = Number(numbered || given.get('port') || 5432);

  if (!host) return refuse(`has no host; write it like ${example}`);
  if (host.includes(',')) return several();
  if (!user) return refuse(`has no user; write it like ${example}`);
  if (database === '') return refuse(`has no database; write it like ${example}`);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    return refuse('has a port that is not valid; write a number up to 65535');
  return {
    host,
    port,
    database,
    user,
    password: password || null,
    tls: tlsOf(given.get('sslmode'), host),
    applicationName: given.get('application_name') || 'secmaster-exporter',
    options: given.get('options') || null,
  };
}

const hints: Readonly<Record<string, string>> = {
  sslrootcert: 'has sslrootcert; name that file in state.ca_file instead',
  sslcert: 'has sslcert, but client certificates are not supported; use a password',
  sslkey: 'has sslkey, but client certificates are not supported; use a password',
  target_session_attrs:
    'has target_session_attrs; name the host that is the primary, or a name that follows it, and remove it',
};

function several(): never {
  return refuse('has several hosts; name one, such as that of a pooler or a name that follows the primary');
}

function tlsOf(mode: string | null, host: string): Address['tls'] {
  if (host.startsWith('/')) return 'off';
  switch (mode) {
    case null:
      return isLoopback(host) ? 'off' : 'chain and host';
    case 'disable':
      return 'off';
    case 'verify-ca':
      return 'chain';
    case 'require':
    case 'verify-full':
      return 'chain and host';
    default:
      return refuse(
        'has an sslmode that may go on without TLS or with anybody; write verify-full, or disable if the network is trusted',
      );
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d+){3}$/.test(host);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return refuse('has a % without two hexadecimal digits; write %25 for %');
  }
}

function refuse(what: string): never {
  throw new Error(what);
}

/** Why an address with TLS `chain` can't be used without a CA of the user's own. */
export const needsOwnCa =
  'has sslmode=verify-ca, which takes any host with a public certificate; write verify-full, or name your own CA in state.ca_file';

/** A URL, rather than the path of a file. */
export function isPostgresUrl(text: string): boolean {
  return /^postgres(ql)?:\/\//i.test(text);
}

/** What of it must not be shown: its password, as it is written and as it is meant. */
export function passwordsIn(url: string): string[] {
  const [, inPlace = ''] = /^[^/]*:\/\/[^/?@:]*:([^/?@]*)@/.exec(url) ?? [];
  const parameters = [...url.matchAll(/[?&]password=([^&]*)/g)].map(([, value = '']) => value);
  return [inPlace, ...parameters].filter((one) => one !== '').flatMap((one) => [one, decoded(one)]);
}

/** With `<secret>` instead of its password. */
export function shownUrl(url: string): string {
  return url.replace(/^([^/]*:\/\/[^/?@:]*:)[^/?@]*(?=@)/, '$1<secret>').replace(/([?&]password=)[^&]*/g, '$1<secret>');
}
