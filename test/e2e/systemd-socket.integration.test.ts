import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { mainFile, startExporter, temporaryFolder } from '../support/process/processes.ts';

/** Sockets that someone else has opened, and their ports. */
async function opened(count: number): Promise<{ server: Server; descriptor: number; port: number }[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const server: Server & { _handle?: { fd: number } } = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const address = server.address();
      const port = address === null || typeof address === 'string' ? 0 : address.port;
      return { server, descriptor: server._handle?.fd ?? -1, port };
    }),
  );
}

test('serves on the sockets that systemd passes', async () => {
  const sockets = await opened(2);
  // As systemd does: the shell becomes the program, and keeps its process id.
  const script = 'LISTEN_PID=$$ LISTEN_FDS=2 exec "$0" "$@"';
  const child = spawn('sh', ['-c', script, process.execPath, mainFile, 'demo', '--web.systemd-socket'], {
    stdio: ['ignore', 'ignore', 'ignore', ...sockets.map(({ descriptor }) => descriptor)],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  for (const { server, port } of sockets) {
    server.close();
    // It waits in the socket until the exporter serves.
    const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('secmaster_exporter_build_info');
  }
}, 60_000);

test('serves on a Unix socket, and invents no address to open', async () => {
  const server: Server & { _handle?: { fd: number } } = createServer().listen(join(temporaryFolder(), 's'));
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const script = 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" "$@"';
  const child = spawn('sh', ['-c', script, process.execPath, mainFile, 'demo', '--web.systemd-socket'], {
    stdio: ['ignore', 'pipe', 'ignore', server._handle?.fd],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [printed] = await once(child.stdout ?? child, 'data');
  expect(String(printed)).toContain('status page  on the Unix socket that systemd passed\n');
}, 60_000);

test('says what to do where systemd passes none', async () => {
  const running = startExporter(['demo', '--web.systemd-socket']);
  expect(await running.ended).toBe(1);
  expect(running.stderr()).toContain(
    '--web.systemd-socket: systemd has passed no socket; start the exporter through a .socket unit, or leave the flag out\n',
  );
}, 60_000);
