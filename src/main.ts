#!/usr/bin/env node
import { catchHangUps } from './commands/hang-ups.ts';

// An old Node.js must be able to read this file and what it imports, to say that it is old. The rest is imported after that.

/** As in package.json. */
const neededNode = 24;

if (Number.parseInt(process.versions.node, 10) < neededNode) {
  process.stderr.write(`secmaster-exporter needs Node.js ${neededNode} or newer; this is ${process.version}\n`);
  process.exitCode = 1;
} else {
  // By default Node.js opens its debugger, which lets everyone on the machine run code in this process.
  process.on('SIGUSR1', () => {});
  const hangUps = catchHangUps();
  void import('./commands/program.ts').then(({ main }) => main(hangUps));
}
