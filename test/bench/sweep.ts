import { defaultProject, defaultUser } from '../../src/simulator/defaults.ts';
import type { ExporterProcess } from './exporter-process.ts';
import type { FetchProcess } from './fetch-process.ts';
import { atMost, type Extent, type Figure, inMs } from './figure.ts';
import { start, temporaryFolder } from './processes.ts';
import type { SecMasterProcess } from './secmaster-process.ts';
import { writeConfig } from './site.ts';
import { median } from './statistics.ts';

/** The CPU time of a first poll, all history to the end, against that of fetching and parsing the same pages. */
export async function measureSweep({ sweepInstances, rounds, execArgv }: Extent): Promise<Figure[]> {
  const args = [1, sweepInstances, 30, Date.now()].map(String);
  await using secmaster = start<SecMasterProcess>('test/bench/secmaster-process.ts', args);
  const url = await secmaster.call('url', undefined);
  const token = await obtainToken(url);
  const [floors, subjects]: [number[], number[]] = [[], []];
  let asked = 0;
  for (let round = 0; round < Math.ceil(rounds / 2); round++) {
    using folder = temporaryFolder();
    const config = writeConfig({ url, workspaces: 1, folder: folder.path, schedule: '0 0 0 1 1 *' });
    await using exporter = start<ExporterProcess>('test/bench/exporter-process.ts', [config], { execArgv });
    subjects.push((await exporter.call('poll', undefined)).cpuMs);
    const pages = await secmaster.call('takePages', undefined);
    asked = pages.length;
    await using floor = start<FetchProcess>('test/bench/fetch-process.ts');
    const fetched = await floor.call('fetchAll', { pages, token });
    if (fetched.instances < sweepInstances) throw new Error(`the floor has met ${fetched.instances} instances only`);
    floors.push(fetched.cpuMs);
    await secmaster.call('takePages', undefined);
  }
  const [floor, subject] = [median(floors), median(subjects)];
  const what = `CPU of a first poll: ${sweepInstances.toLocaleString('en')} instances in ${asked} pages`;
  return [atMost(what, inMs(floor), inMs(subject), subject / floor, 3.5)];
}

async function obtainToken(url: string): Promise<string> {
  const { domain, user: name, password } = defaultUser;
  const response = await fetch(`${url}/v3/auth/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      auth: {
        identity: { methods: ['password'], password: { user: { domain: { name: domain }, name, password } } },
        scope: { project: { id: defaultProject.id } },
      },
    }),
  });
  return response.headers.get('x-subject-token') ?? '';
}
