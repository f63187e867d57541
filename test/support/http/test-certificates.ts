import { createAuthority } from './authority.ts';

/** The same certificates wherever this process needs some. */

const authority = createAuthority();
const stranger = createAuthority('stranger');

export const fixedCa = authority.ca;
export const strangerCa = stranger.ca;

/** For 127.0.0.1, as all below signed by `fixedCa`. */
export const fixedServer = authority.make('server');
/** The same name, another key. */
export const renewedServer = authority.make('renewed');
export const fixedClient = authority.make('client', [
  'prometheus.example.com',
  '2001:db8::1',
  'spiffe://example.com/prometheus',
]);
/** Signed by `strangerCa`. */
export const strangerClient = stranger.make('client of a stranger', ['prometheus.example.com']);
