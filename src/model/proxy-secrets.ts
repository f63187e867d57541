/** What of a proxy's URL must not be shown: its password, as it is written and as it is meant. Its host is what messages name. */
export function proxySecrets(url: string): string[] {
  const { password } = new URL(url);
  return password === '' ? [] : [password, decodeURIComponent(password)];
}
