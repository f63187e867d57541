/** Loaded before the exporter: the file at HUNG_FILE is on a mount that doesn't answer from the moment HUNG_FROM exists. Opening it never ends. */
import { existsSync } from 'node:fs';
import disk, { constants } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const { HUNG_FILE, HUNG_PIPE, HUNG_FROM } = process.env;
const { open } = disk;
disk.open = (path, flags, ...rest) =>
  path === HUNG_FILE && existsSync(HUNG_FROM) ? open(HUNG_PIPE, constants.O_RDONLY) : open(path, flags, ...rest);
syncBuiltinESMExports();
