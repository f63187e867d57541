import { parentPort, workerData } from 'node:worker_threads';
import { judge, type LabOptions, worlds } from './lab.ts';

/** One world in a thread of its own. */
const { name, ...options } = workerData as Omit<LabOptions, 'onProgress'> & { readonly name: string };
const plan = worlds.find((one) => one.name === name);
if (plan === undefined) throw new Error(`no world ${name}`);
// Its Prometheus ends with it.
parentPort?.once('message', () => process.exit());
const onProgress = (text: string) => parentPort?.postMessage({ progress: text });
parentPort?.postMessage({ verdicts: await judge(plan, { ...options, onProgress }) });
