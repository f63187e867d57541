import { createPrivateKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  contextProblem,
  keyProblem,
  kindProblem,
  readCertificates,
  validityWarning,
} from '../../src/config/certificates.ts';
import { fixedCa, fixedServer } from '../support/http/test-certificates.ts';

const { cert: fixedCert, key: fixedKey } = fixedServer;

const certificate = new X509Certificate(fixedCert);
const body = fixedCert.replace(/^-.*-$/gm, '').trim();

describe('certificates', () => {
  test.each<[string, string, number]>([
    ['one', fixedCert, 1],
    ['a chain', fixedCert + fixedCa, 2],
    ['a chain without a newline between', fixedCert.trim() + fixedCa, 2],
    ['one with its description', `Certificate:\n    Data:\n${fixedCert}`, 1],
    ['one with the key behind it', fixedCert + fixedKey, 1],
    ['one with lines of Windows', fixedCert.replaceAll('\n', '\r\n'), 1],
  ])('%s', (_, pem, count) => {
    expect(readCertificates(pem)).toMatchObject({ certificates: { length: count } });
  });

  test.each<[string, string, string]>([
    ['nothing', '', 'is empty'],
    ['spaces', ' \n\n', 'is empty'],
    ['rubbish', 'no certificate', 'contains no certificate in PEM form'],
    ['a key', fixedKey, 'contains a private key, not a certificate'],
    ['half of one', fixedCert.slice(0, 300), 'contains a certificate that is cut off'],
    ['a second one that is cut off', fixedCert + fixedCa.slice(0, 300), 'contains a certificate that is cut off'],
    ['one without its end before another', fixedCert.slice(0, 300) + fixedCa, 'contains a certificate that is cut off'],
    [
      'one whose middle is lost',
      fixedCert.replace(body, body.slice(0, 100)),
      'contains a certificate that cannot be read',
    ],
    [
      'a good one and one of zeros',
      fixedCa + fixedCert.replace(body, 'AAAA'),
      'contains a certificate that cannot be read',
    ],
  ])('not %s', (_, pem, problem) => {
    expect(readCertificates(pem)).toEqual({ problem });
  });
});

describe('a key', () => {
  const encrypted = createPrivateKey(fixedKey).export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'x',
  });
  const encryptedAsOfOld = createPrivateKey(fixedKey).export({
    type: 'sec1',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'x',
  });
  const another = (type: 'ec' | 'ed25519') =>
    (type === 'ec' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519')).privateKey
      .export({ type: 'pkcs8', format: 'pem' })
      .toString();

  test.each<[string, string, string | null]>([
    ['that belongs to the certificate', fixedKey, null],
    ['in another form', createPrivateKey(fixedKey).export({ type: 'sec1', format: 'pem' }).toString(), null],
    ['behind its certificate', fixedCert + fixedKey, null],
    ['that is empty', '', 'is empty'],
    ['that is a newline', '\n', 'is empty'],
    ['that is rubbish', 'no key', 'contains no private key in PEM form'],
    ['that is a certificate', fixedCert, 'contains a certificate, not a private key'],
    ['that is half written', fixedKey.slice(0, 120), 'contains a private key that cannot be read; it may be cut off'],
    ['of another certificate', another('ec'), 'does not belong to the certificate'],
    ['of another kind', another('ed25519'), 'does not belong to the certificate'],
    [
      'with a passphrase',
      encrypted.toString(),
      'is encrypted; use a key without a passphrase, as openssl pkey -in OLD -out NEW writes it',
    ],
    [
      'with a passphrase, as of old',
      encryptedAsOfOld.toString(),
      'is encrypted; use a key without a passphrase, as openssl pkey -in OLD -out NEW writes it',
    ],
  ])('%s', (_, pem, problem) => {
    expect(keyProblem(pem, certificate)).toBe(problem);
  });
});

describe('the kind of a key', () => {
  test.each<[string, KeyObject, boolean]>([
    ['RSA', generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey, true],
    ['P-256', generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey, true],
    ['P-521', generateKeyPairSync('ec', { namedCurve: 'P-521' }).publicKey, true],
    ['Ed25519', generateKeyPairSync('ed25519').publicKey, true],
    ['not a curve that no client knows', generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey, false],
    ['not DSA', generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 }).publicKey, false],
    ['not one that cannot sign', generateKeyPairSync('x25519').publicKey, false],
  ])('%s', (_, publicKey, isUsual) => {
    expect(kindProblem({ publicKey }) === null).toBe(isUsual);
  });
});

test('what OpenSSL refuses is a problem with its reason', () => {
  expect(contextProblem({ cert: fixedCert, key: fixedKey, ca: fixedCa })).toBeNull();
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  expect(contextProblem({ cert: fixedCert, key })).toMatch(/^cannot be used for TLS: [a-z ]+$/);
});

test('a certificate is valid from its first day to its last', () => {
  const at = (text: string) => validityWarning(certificate, Date.parse(text));
  expect(at(certificate.validFrom)).toBeNull();
  expect(at(certificate.validTo)).toBeNull();
  expect(validityWarning(certificate, Date.parse(certificate.validTo) + 1)).toMatch(/^has expired on /);
  expect(validityWarning(certificate, Date.parse(certificate.validFrom) - 1)).toMatch(/^is not valid before /);
});
