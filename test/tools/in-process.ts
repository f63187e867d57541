/** The setup of the unit lane: what leaves the process throws, so that the test gets a name of another lane. */
import childProcess from 'node:child_process';
import dgram from 'node:dgram';
import fs from 'node:fs';
import fsPromises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

function forbid<T>(from: T, ...names: readonly (keyof T & string)[]): void {
  for (const name of names) {
    const refuse = () => {
      throw new Error(`a unit test does not call ${name}: name the file .integration.test.ts or .system.test.ts`);
    };
    Object.defineProperty(from, name, { value: refuse });
  }
}

forbid(childProcess, 'spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork');
forbid(fs, 'mkdtempSync', 'mkdtemp', 'writeFileSync', 'appendFileSync');
forbid(fsPromises, 'mkdtemp', 'writeFile', 'appendFile');
forbid(dgram, 'createSocket');
forbid(net.Server.prototype, 'listen');
forbid(net.Socket.prototype, 'connect');
syncBuiltinESMExports();
