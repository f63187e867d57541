import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';

/** Certificates made in this process, so that no test needs a program for them and no key is kept in a file. */

export interface Pair {
  readonly cert: string;
  readonly key: string;
}

export interface Authority {
  readonly ca: string;
  /** @param names DNS names, addresses and URIs */
  make(name: string, names?: readonly string[]): Pair;
}

export function createAuthority(name = 'ca'): Authority {
  const keys = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const issue = (subject: string, publicKey: KeyObject, extensions: Buffer[]) =>
    certificate({ issuer: name, subject, publicKey, extensions, signingKey: keys.privateKey });
  return {
    ca: issue(name, keys.publicKey, [isAuthority]),
    make(subject, names = ['127.0.0.1']) {
      const own = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
      return {
        cert: issue(subject, own.publicKey, [alternativeNames(names)]),
        key: String(own.privateKey.export({ type: 'pkcs8', format: 'pem' })),
      };
    },
  };
}

interface Certified {
  readonly issuer: string;
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly extensions: readonly Buffer[];
  readonly signingKey: KeyObject;
}

/** RFC 5280, in DER. */
function certificate({ issuer, subject, publicKey, extensions, signingKey }: Certified): string {
  const signed = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1]), randomBytes(15)),
    ecdsaWithSha256,
    nameOf(issuer),
    sequence(time('20250101000000Z'), time('21000101000000Z')),
    nameOf(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  );
  const whole = sequence(signed, ecdsaWithSha256, bits(sign('sha256', signed, signingKey)));
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...contents: readonly Buffer[]): Buffer {
  return der(0x30, ...contents);
}

function bits(content: Buffer): Buffer {
  return der(0x03, Buffer.from([0]), content);
}

function identifier(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'));
}

function nameOf(commonName: string): Buffer {
  return sequence(der(0x31, sequence(identifier('550403'), der(0x0c, Buffer.from(commonName)))));
}

function time(text: string): Buffer {
  return der(0x18, Buffer.from(text));
}

const ecdsaWithSha256 = sequence(identifier('2a8648ce3d040302'));

function extension(id: string, content: Buffer): Buffer {
  return sequence(identifier(id), der(0x04, content));
}

const isAuthority = extension('551d13', sequence(der(0x01, Buffer.from([0xff]))));

function alternativeNames(names: readonly string[]): Buffer {
  const one = (name: string) => {
    if (isIP(name) !== 0) return der(0x87, addressOf(name));
    return der(name.includes('://') ? 0x86 : 0x82, Buffer.from(name));
  };
  return extension('551d11', sequence(...names.map(one)));
}

/** An IPv6 address may have one `::`. */
function addressOf(text: string): Buffer {
  if (isIP(text) === 4) return Buffer.from(text.split('.').map(Number));
  const [before = [], after = []] = text.split('::').map((half) => half.split(':').filter((group) => group !== ''));
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return Buffer.from([...before, ...zeros, ...after].map((group) => group.padStart(4, '0')).join(''), 'hex');
}
