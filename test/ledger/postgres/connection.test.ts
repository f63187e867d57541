import { describe, expect, test } from 'vitest';
import { addressOf, openConnections } from '../../../src/ledger/postgres/connection.ts';
import { LedgerError } from '../../../src/ledger/store.ts';
import { shownAddress } from '../../../src/model/postgres-address.ts';

const plain = {
  host: 'db.example.org',
  port: 5432,
  database: 'secmaster',
  user: 'exporter',
  password: null,
  tls: 'chain and host',
  applicationName: 'secmaster-exporter',
  options: null,
};

describe('the URL of a database', () => {
  test.each([
    ['postgresql://exporter@db.example.org/secmaster', {}],
    ['POSTGRES://exporter@db.example.org:6432/secmaster', { port: 6432 }],
    ['postgresql://exporter@db.example.org:/secmaster', {}],
    [
      'postgresql://ex%40porter:p%2Fw%3A%25%20+:x@db.example.org/sec%20master',
      { user: 'ex@porter', password: 'p/w:% +:x', database: 'sec master' },
    ],
    ['postgresql://db.example.org/secmaster?user=exporter&password=a%20b+c', { password: 'a b+c' }],
    [
      'postgresql://exporter@/secmaster?host=/var/run/postgresql&port=5433',
      { host: '/var/run/postgresql', port: 5433, tls: 'off' },
    ],
    ['postgresql:///secmaster?host=/run/pg&user=exporter&sslmode=verify-full', { host: '/run/pg', tls: 'off' }],
    ['postgresql://exporter@%2Frun%2Fpg/secmaster', { host: '/run/pg', tls: 'off' }],
    ['postgresql://exporter@[2001:db8::1]:5433/secmaster', { host: '2001:db8::1', port: 5433 }],
    ['postgresql://exporter@[::1]/secmaster', { host: '::1', tls: 'off' }],
    ['postgresql://exporter@localhost/secmaster', { host: 'localhost', tls: 'off' }],
    ['postgresql://exporter@127.1.2.3/secmaster', { host: '127.1.2.3', tls: 'off' }],
    ['postgresql://exporter@127.example.org/secmaster', { host: '127.example.org' }],
    ['postgresql://exporter@localhost/secmaster?sslmode=require', { host: 'localhost' }],
    ['postgresql://exporter@db.example.org/secmaster?sslmode=verify-full', {}],
    ['postgresql://exporter@db.example.org/secmaster?sslmode=verify-ca', { tls: 'chain' }],
    ['postgresql://exporter@db.example.org/secmaster?sslmode=disable', { tls: 'off' }],
    ['postgresql://exporter@db.example.org/secmaster?application_name=soc', { applicationName: 'soc' }],
    [
      'postgresql://exporter@db.example.org/secmaster?options=-c%20search_path%3Dsoc',
      { options: '-c search_path=soc' },
    ],
  ])('%s', (url, differs) => {
    expect(addressOf(url)).toEqual({ ...plain, ...differs });
  });

  test.each([
    ['another scheme', 'mysql://exporter:hunter2@db/secmaster', 'write it like postgresql://'],
    ['no scheme', 'exporter:hunter2@db/secmaster', 'write it like postgresql://'],
    ['an @ that is not escaped', 'postgresql://exporter:hunter2@x@db/secmaster', '%40 for @'],
    ['a / that is not escaped', 'postgresql://exporter:hunter2/x@db/secmaster', '%40 for @'],
    ['a % that is not escaped', 'postgresql://exporter:hunter2%@db/secmaster', '%25 for %'],
    ['no host', 'postgresql://exporter:hunter2@/secmaster', 'has no host'],
    ['no user', 'postgresql://:hunter2@db/secmaster', 'has no user'],
    ['no database', 'postgresql://exporter:hunter2@db', 'has no database'],
    ['an empty database', 'postgresql://exporter:hunter2@db/', 'has no database'],
    ['several hosts', 'postgresql://exporter:hunter2@a:5432,b:5433/secmaster', 'several hosts'],
    ['several hosts without ports', 'postgresql://exporter:hunter2@a,b/secmaster', 'several hosts'],
    ['a port that is no number', 'postgresql://exporter:hunter2@db:abc/secmaster', 'host or port'],
    ['a port that is too great', 'postgresql://exporter:hunter2@db:70000/secmaster', 'up to 65535'],
    ['a file with a CA', 'postgresql://exporter:hunter2@db/secmaster?sslrootcert=/ca.pem', 'state.ca_file'],
    ['a client certificate', 'postgresql://exporter:hunter2@db/secmaster?sslcert=/c.pem', 'not supported'],
    ['a choice of hosts', 'postgresql://exporter:hunter2@db/secmaster?target_session_attrs=read-write', 'primary'],
    ['an unknown parameter', 'postgresql://exporter:hunter2@db/secmaster?nonsense=hunter2', 'not supported'],
    ['TLS that is given up silently', 'postgresql://exporter:hunter2@db/secmaster?sslmode=prefer', 'verify-full'],
    ['TLS with anybody', 'postgresql://exporter:hunter2@db/secmaster?sslmode=no-verify', 'verify-full'],
  ])('with %s says what to fix, without the password', (_, url, expected) => {
    expect(() => addressOf(url)).toThrow(LedgerError);
    expect(() => addressOf(url)).toThrow(expected);
    expect(() => addressOf(url)).not.toThrow('hunter2');
  });

  test('that takes any host of a CA names its own CA', () => {
    const address = addressOf('postgresql://exporter@db.example.org/secmaster?sslmode=verify-ca');
    const size = { maxConnections: 1, connectMs: 1_000 };
    expect(() => openConnections({ address, password: null, ca: null }, size)).toThrow('state.ca_file');
    expect(openConnections({ address, password: null, ca: async () => '' }, size)).toBeDefined();
  });

  test.each([
    ['postgresql://exporter:hunter2@db.example.org/secmaster', 'PostgreSQL db.example.org:5432/secmaster'],
    ['postgresql://exporter:hunter2@[::1]/secmaster', 'PostgreSQL [::1]:5432/secmaster'],
    ['postgresql://exporter:hunter2@/secmaster?host=/run/pg', 'PostgreSQL /run/pg:5432/secmaster'],
  ])('%s is shown as %s', (url, shown) => {
    expect(shownAddress(addressOf(url))).toBe(shown);
  });
});
