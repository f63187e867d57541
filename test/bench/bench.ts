/**
 * `npm run bench`: a table of ratios, each against a floor that is measured in the same run, in turns with what it is held
 * against. Each party has a process of its own.
 *
 *     npm run bench -- --quick                 a tenth of everything, to see that it works
 *     npm run bench -- --only=sweep,scrapes    some of it
 *     npm run bench -- --only=small --minutes=60        memory an hour after the start, instead of two minutes
 *     npm run bench -- --only=sweep --profile=profiles   and CPU profiles of the exporter in that folder
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { type Figure, quick, whole } from './figure.ts';
import { measureFreshness } from './freshness.ts';
import { measureLabels } from './labels.ts';
import { measureNodes } from './nodes.ts';
import { measureOutlook } from './outlook.ts';
import { measurePeers, missingForPeers } from './peers.ts';
import { measureRemembered } from './remembered.ts';
import { measureRules } from './rules.ts';
import { measureScaling } from './scaling.ts';
import { measureScrapes } from './scrapes.ts';
import { measureSmall } from './small.ts';
import { table } from './statistics.ts';
import { measureStores } from './stores.ts';
import { measureSweep } from './sweep.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    profile: { type: 'string' },
    minutes: { type: 'string' },
  },
});
const execArgv = values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.profile}`];
const minutes = values.minutes === undefined ? null : Number(values.minutes);
if (minutes !== null && !(minutes > 0)) throw new Error('--minutes must be a number above 0');
const extent = {
  ...(values.quick ? quick : whole),
  execArgv,
  ...(minutes !== null && { settleMs: minutes * 60_000 }),
};

const parts = {
  small: () => measureSmall(extent),
  scrapes: async () => [...(await measureScrapes(1, extent)), ...(await measureScrapes(values.quick ? 2 : 7, extent))],
  peers: () => measurePeers(extent),
  sweep: () => measureSweep(extent),
  remembered: () => measureRemembered(extent),
  outlook: () => measureOutlook(extent),
  freshness: () => measureFreshness(extent),
  nodes: () => measureNodes(extent),
  labels: () => measureLabels(extent),
  stores: () => measureStores(extent),
  rules: () => measureRules(extent),
  scaling: () => measureScaling(extent),
};
const chosen = values.only?.split(',') ?? Object.keys(parts);
const unknown = chosen.filter((name) => !(name in parts));
if (unknown.length > 0) throw new Error(`--only=${unknown}: choose of ${Object.keys(parts)}`);
const missing = chosen.includes('peers') ? missingForPeers() : null;
if (missing !== null) {
  const said = `peers need Go's and Python's clients. As root on Debian: ${missing}`;
  if (values.only !== undefined) throw new Error(said);
  process.stderr.write(`not measured: ${said}\n`);
  process.exitCode = 1;
  chosen.splice(chosen.indexOf('peers'), 1);
}

const figures: Figure[] = [];
for (const name of chosen as (keyof typeof parts)[]) {
  process.stderr.write(`measuring: ${name}\n`);
  figures.push(...(await parts[name]()));
}

const reached = (isReached: boolean | null) => (isReached === null ? '' : isReached ? 'yes' : 'no');
const rows = figures.map(({ what, floor, measured, ratio, goal, isReached }) => [
  what,
  floor,
  measured,
  ratio === null ? '' : ratio.toFixed(2),
  goal,
  reached(isReached),
]);
process.stdout.write(`${table([['measured', 'floor', 'exporter', 'ratio', 'goal', 'goal met'], ...rows])}\n`);
process.stdout.write(
  `\nNode.js ${process.version}, ${process.platform} ${process.arch}, ${availableParallelism()} cores\n`,
);
