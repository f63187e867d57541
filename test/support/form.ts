/**
 * Of a test that takes long, `npm test` has a short form and `npm run test:all` the full one. Both assert the same, of fewer or
 * more cases.
 */
export function inForm<T>(short: T, full: T): T {
  return process.env.TEST_FORM === 'full' ? full : short;
}
