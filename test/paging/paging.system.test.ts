import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/process/processes.ts';
import { atOnce, inARow } from './incident.ts';
import { judge } from './lab.ts';
import { events, timer } from './playbooks.ts';
import { tablesOf, unmet } from './tables.ts';
import type { WorldPlan } from './world.ts';

/** Three days of what `npm run paging` tries in months. */
const plan: WorldPlan = {
  name: 'a short one',
  playbooks: [
    timer('Collect alerts', 'every-5-minutes', { failureRatio: 0 }),
    timer('Update indicators', 'hourly', { failureRatio: 0 }),
    events('Triage alert', 200, { failureRatio: 0.02 }),
    events('Enrich alert', 40, { failureRatio: 0.02 }),
  ],
  incidents: [
    {
      name: 'each run is healed by a retry',
      playbooks: ['Enrich alert'],
      fromDay: 1.2,
      hours: 12,
      change: () => ({
        attempts: [
          // No longer, all in all, than it usually takes.
          { afterSeconds: 0, seconds: 5, ends: 'FAILED', node: 'Act' },
          { afterSeconds: 10, seconds: 5, ends: 'FINISHED', node: 'Act' },
        ],
      }),
      wants: 'nothing',
      by: [],
      decided: () => null,
    },
    {
      name: 'a playbook always fails',
      playbooks: ['Triage alert'],
      fromDay: 2.1,
      hours: 4,
      change: () => ({ attempts: [{ afterSeconds: 0, seconds: 15, ends: 'FAILED', node: 'Act' }] }),
      wants: 'page',
      by: ['SecMasterPlaybookFailing'],
      decided: inARow(3),
    },
    {
      name: 'the exporter is down',
      playbooks: [],
      fromDay: 2.5,
      hours: 1,
      exporter: 'down',
      wants: 'page',
      by: ['SecMasterExporterDown'],
      decided: atOnce,
    },
  ],
};

test('in a few days, who is to be told is told, and nobody else', { timeout: 600_000 }, async () => {
  const said: string[] = [];
  const verdicts = await judge(plan, {
    rules: ['alerts'],
    days: 3,
    seed: 1,
    prometheus: 'prometheus',
    folder: temporaryFolder(),
    onProgress: (text) => void said.push(text),
  });
  expect(verdicts[0]?.incidents).toHaveLength(3);
  expect(unmet(verdicts), tablesOf(verdicts)).toEqual([]);
});
