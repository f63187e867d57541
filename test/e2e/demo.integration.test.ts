import { expect, test } from 'vitest';
import { parseExposition, sampleValue, total } from '../support/metrics/exposition.ts';
import { eventually, portOf, startExporter } from '../support/process/processes.ts';

test('the demo shows a SOC whose counters grow, and ends cleanly on Ctrl-C', async () => {
  const running = startExporter(['demo', '--web.listen-address=127.0.0.1:0', '--web.route-prefix=/soc']);
  const port = await portOf(running);
  const scrape = async () => (await fetch(`http://127.0.0.1:${port}/soc/metrics`)).text();
  const completed = (text: string) => total(text, 'secmaster_workflow_attempts_completed_total');

  const whole = await eventually(
    async () => {
      const text = await scrape();
      return sampleValue(text, 'secmaster_exporter_window_complete') === 1 ? text : undefined;
    },
    'the whole day read',
    running,
    240_000,
  );
  expect(sampleValue(whole, 'secmaster_up')).toBe(1);
  const statuses = new Set(
    parseExposition(whole)
      .filter(({ name }) => name === 'secmaster_workflow_instances')
      .map(({ labels }) => labels.status),
  );
  expect([...statuses]).toEqual(expect.arrayContaining(['FINISHED', 'FAILED', 'RUNNING', 'TERMINATED']));
  const before = completed(whole);
  await eventually(async () => (completed(await scrape()) > before ? true : undefined), 'a run counted', running);

  running.child.kill('SIGINT');
  expect(await running.ended).toBe(0);
  expect(running.stderr()).toBe('');
  expect(running.stdout()).toContain(`  metrics      http://localhost:${port}/soc/metrics\n`);
}, 300_000);
