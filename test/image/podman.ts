/** podman with a storage of its own, and containers that can do no more than a hardened cluster lets them. */
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '../support/process/processes.ts';

export interface Podman {
  /** A command line of podman's. */
  arguments(...args: readonly string[]): string[];
  /** @returns what it printed on stdout; an error has what it printed on stderr */
  run(...args: readonly string[]): Promise<string>;
  /** A root file system, from a folder. */
  importImage(folder: string, name: string): Promise<void>;
  /** Containers, images and volumes. */
  remove(): Promise<void>;
}

/** As all images of the registries have it. */
const path = 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export function createPodman(): Podman {
  const folder = mkdtempSync(join(tmpdir(), 'secmaster-exporter-image-'));
  const global = [
    ...['--root', join(folder, 'storage'), '--runroot', join(folder, 'run'), '--tmpdir', join(folder, 'tmp')],
    ...['--storage-driver', 'overlay', '--runtime', 'runc', '--cgroup-manager', 'cgroupfs', '--events-backend', 'file'],
  ];
  const run = async (...args: readonly string[]) =>
    (await promisify(execFile)('podman', [...global, ...args], { maxBuffer: 16 * 1024 * 1024 })).stdout;
  return {
    arguments: (...args) => [...global, ...args],
    run,
    async importImage(root, name) {
      const tar = spawn('tar', ['-C', root, '-cf', '-', '.'], { stdio: ['ignore', 'pipe', 'inherit'] });
      const podman = spawn('podman', [...global, 'import', '--quiet', '--change', path, '-', name], {
        stdio: [tar.stdout, 'ignore', 'inherit'],
      });
      const code = await new Promise((resolve) => podman.once('close', resolve));
      if (code !== 0) throw new Error(`podman import of ${name} ended with ${code}`);
    },
    async remove() {
      await run('rm', '--all', '--force');
      // podman's own cleanup of a container may come late and mount its storage again.
      const removed = async () => {
        await promisify(execFile)('umount', ['--lazy', join(folder, 'storage', 'overlay')]).catch(() => {});
        try {
          rmSync(folder, { recursive: true, force: true });
          return true;
        } catch {
          return undefined;
        }
      };
      await eventually(removed, `the end of ${folder}`);
    },
  };
}

/** As `restricted` in Kubernetes, with a read-only root. */
export const hardened: readonly string[] = [
  '--read-only',
  '--read-only-tmpfs=false',
  '--cap-drop=all',
  '--security-opt=no-new-privileges',
  // podman would ask for more than a container that is root's may have where these tests run in a sandbox.
  '--ulimit=nofile=1024:1024',
  '--ulimit=nproc=1024:1024',
];
