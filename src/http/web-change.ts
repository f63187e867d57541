import type { Problem, WebConfig } from '../config/web.ts';

/**
 * Changes that a running server doesn't make: it would go on in the clear, or let in whom nobody asked about. If there is one, nothing
 * else of the new configuration applies either: what it opens may rely on it.
 */
export function refusedChanges(before: WebConfig, after: WebConfig): Problem[] {
  const problems: Problem[] = [];
  const refuse = (path: string, message: string) => void problems.push({ file: null, line: null, path, message });
  const change = (isBefore: boolean, isAfter: boolean) => (isBefore === isAfter ? null : isAfter ? 'added' : 'removed');

  const tls = change(before.tls !== null, after.tls !== null);
  if (tls !== null) refuse('tls_server_config', `is ${tls}: this needs a restart`);
  const [old, changed] = [before.tls, after.tls];
  const clientCa = old === null || changed === null ? null : change(old.clientCa !== null, changed.clientCa !== null);
  if (clientCa !== null)
    refuse(
      'tls_server_config.client_auth_type',
      `the need for client certificates is ${clientCa}: this needs a restart`,
    );
  if (before.users.size > 0 && after.users.size === 0)
    refuse('basic_auth_users', 'the last user is removed, so nobody would need a password: this needs a restart');
  return problems;
}
