import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from './bundle.ts';
import { licensesOf, packagesOf } from './packages.ts';
import { sbomOf, sbomOfAll } from './sbom.ts';

/** `npm run build`: writes `dist`, the program with all packages that it uses, their licences and the bill of materials. */

const root = join(import.meta.dirname, '..', '..');
const dist = join(root, 'dist');

rmSync(dist, { recursive: true, force: true });
const chunks = await bundle(dist);
const packages = packagesOf(chunks.flatMap(({ modules }) => modules));
writeFileSync(join(dist, 'licenses.txt'), licensesOf(packages));
writeFileSync(join(dist, 'sbom.cdx.json'), `${JSON.stringify(sbomOf(sbomOfAll(root), packages), null, 2)}\n`);
