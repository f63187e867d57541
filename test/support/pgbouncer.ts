import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { programFile } from '../tools/system-parts.ts';
import { exporterPassword, type PostgresServer, unprivilegedUser } from './postgres.ts';
import { eventually, freePort } from './process/processes.ts';

/** A pooler in transaction mode in front of a server, with few sessions for all; it ends with the test. Returns its port. */
export async function startPgbouncer(server: PostgresServer, poolSize = 2): Promise<number> {
  const user = unprivilegedUser();
  const folder = mkdtempSync(join(tmpdir(), 'pgbouncer-'));
  const port = await freePort();
  const write = (name: string, text: string) => {
    const file = join(folder, name);
    writeFileSync(file, text, { mode: 0o600 });
    if (user !== null) chownSync(file, user.uid, user.gid);
    return file;
  };
  if (user !== null) chownSync(folder, user.uid, user.gid);
  const users = write('users.txt', `"exporter" "${exporterPassword}"\n`);
  const config = write(
    'pgbouncer.ini',
    `[databases]
* = host=127.0.0.1 port=${server.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${users}
pool_mode = transaction
default_pool_size = ${poolSize}
max_client_conn = 100
`,
  );
  const child = spawn(programFile('pgbouncer'), [config], { ...user, cwd: '/', stdio: 'ignore' });
  const ended = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });
  await eventually(() => listens(port), 'pgbouncer');
  return port;
}

async function listens(port: number): Promise<true | undefined> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return undefined;
  } finally {
    socket.destroy();
  }
}
