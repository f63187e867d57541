import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { databaseError, isBroken, isOtherSchema, unknownCommit } from '../../../src/ledger/postgres/errors.ts';
import { LedgerError } from '../../../src/ledger/store.ts';

const database = 'PostgreSQL db.example.org:5432/secmaster';

function ofServer(code: string, message = 'says the server'): pg.DatabaseError {
  return Object.assign(new pg.DatabaseError(message, 0, 'error'), { code });
}
function ofNetwork(code: string): Error {
  return Object.assign(new Error(`connect ${code}`), { code });
}

describe('an error of the database says what to fix', () => {
  test.each([
    ['28P01', 'it refuses the password; correct it in state.password_file or state.url'],
    ['28000', 'it does not let this user in from here'],
    ['3D000', 'the database does not exist'],
    ['42501', 'the user lacks a privilege'],
    ['53300', 'it has no connection left'],
    ['53100', 'its disk is full'],
    ['25006', 'it is read-only, such as a standby'],
    ['57014', 'a statement took too long'],
    ['57P01', 'it is being started or stopped'],
    ['57P03', 'it is being started or stopped'],
    ['55P03', 'something else has locked'],
    ['40P01', 'another replica was in the way'],
    ['42P01', 'its tables are not those of an exporter'],
    ['23505', 'it refuses what an exporter writes'],
    ['08P01', 'the server or the pooler in front of it refuses'],
    ['ZZ999', 'failed'],
  ])('%s: %s', (code, remedy) => {
    const error = databaseError(ofServer(code), database);
    expect(error.message).toContain(`the ledger in ${database}: ${remedy}`);
    expect(error.message).toContain('(says the server)');
    expect(error).toMatchObject({ isDamaged: false, isLost: false });
  });

  test.each([
    [ofNetwork('ECONNREFUSED'), 'nothing listens there'],
    [ofNetwork('ENOTFOUND'), 'its host is unknown'],
    [ofNetwork('ETIMEDOUT'), 'it does not answer'],
    [ofNetwork('CERT_HAS_EXPIRED'), 'has expired'],
    [ofNetwork('SELF_SIGNED_CERT_IN_CHAIN'), 'state.ca_file'],
    [ofNetwork('ERR_TLS_CERT_ALTNAME_INVALID'), 'for another host'],
    [Object.assign(new AggregateError([ofNetwork('ECONNREFUSED')]), { code: 'ECONNREFUSED' }), 'nothing listens there'],
    [new Error('The server does not support SSL connections'), 'it does not speak TLS'],
    [new Error('Connection terminated due to connection timeout'), 'it does not answer in time'],
    [new Error('timeout exceeded when trying to connect'), 'all connections are in use'],
    [new Error('Query read timeout'), 'it does not answer in time'],
    [new Error('Connection terminated unexpectedly'), 'the connection broke'],
    [new Error('SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string'), 'set state.password_file'],
    [new Error('something new'), 'failed (something new)'],
  ])('%s: %s', (error, remedy) => {
    expect(databaseError(error, database).message).toContain(remedy);
  });

  test('data that are damaged must not be replaced by a new ledger', () => {
    expect(databaseError(ofServer('XX001'), database).isDamaged).toBe(true);
  });

  test('one that says it already stays as it is', () => {
    const error = new LedgerError('known', { isLost: true });
    expect(databaseError(error, database)).toBe(error);
  });
});

test.each([
  ['a statement that is refused', ofServer('23505'), false],
  ['a lost lease', new LedgerError('lost', { isLost: true }), false],
  ['a statement that is refused, in our words', databaseError(ofServer('23505'), database), false],
  ['a server that stops', ofServer('57P01'), true],
  ['a network that fails, in our words', databaseError(ofNetwork('ECONNRESET'), database), true],
  ['a transaction that was idle for too long', ofServer('25P03'), true],
  ['a server that is read-only: the host may be another one by now', ofServer('25006'), true],
  ['a network that fails', ofNetwork('ECONNRESET'), true],
])('%s leaves a connection broken or not', (_, error, broken) => {
  expect(isBroken(error)).toBe(broken);
});

test('a table that is missing is told from other errors', () => {
  const of = (code: string) => isOtherSchema(databaseError(ofServer(code), database));
  expect(['42P01', '42703', '42501', '57P01'].map(of)).toEqual([true, true, false, false]);
});

test('a commit without an answer says that nobody knows', () => {
  expect(unknownCommit(ofNetwork('ECONNRESET'), database).message).toMatch(
    /the connection broke.*whether the last change is stored/,
  );
});
