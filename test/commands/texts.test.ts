import { expect, test } from 'vitest';
import { addressToOpen } from '../../src/commands/address-to-open.ts';
import { demoBanner } from '../../src/commands/demo-banner.ts';
import { exportLines } from '../../src/commands/simulate.ts';

const here = { externalUrl: '', routePrefix: '' } as const;
const at = (host: string | null) => ({ host, port: 19210 });

test.each<[string, ReturnType<typeof at> | null, boolean, string | null]>([
  ['all interfaces', at(null), false, 'http://localhost:19210'],
  ['TLS', at(null), true, 'https://localhost:19210'],
  ['loopback', at('127.0.0.1'), false, 'http://localhost:19210'],
  ['all interfaces by IPv6', at('::'), false, 'http://localhost:19210'],
  ['an address', at('192.0.2.7'), false, 'http://192.0.2.7:19210'],
  ['an address of IPv6', at('2001:db8::7'), false, 'http://[2001:db8::7]:19210'],
  ['a Unix socket', null, false, null],
])('the address to open of %s', (_, address, isTls, url) => {
  expect(addressToOpen(here, address, isTls)).toBe(url);
});

test('the address to open has the route prefix, and an external URL takes its place', () => {
  expect(addressToOpen({ ...here, routePrefix: '/soc' }, at(null), false)).toBe('http://localhost:19210/soc');
  const externalUrl = 'https://soc.example.org/secmaster';
  for (const address of [at(null), null])
    expect(addressToOpen({ externalUrl, routePrefix: '/secmaster' }, address, false)).toBe(externalUrl);
});

const banner = {
  version: '1.2.3',
  url: 'http://localhost:19210/soc/',
  telemetryPath: '/metrics',
  pollSeconds: 5,
  runsPerMinute: 30,
  habits: [],
};

test('the banner of the demo says what to open and what will happen', () => {
  expect(
    demoBanner(banner),
  ).toBe(`secmaster-exporter 1.2.3, demo: a simulated SecMaster in this process. No account is needed, and nothing is kept.

  status page  http://localhost:19210/soc/
  metrics      http://localhost:19210/soc/metrics

In the next minutes:
  - The exporter polls every 5 seconds; the first numbers are there within seconds.
  - The last day is read, which takes a minute or two: the gauges grow to some 43,000 runs.
  - About 30 runs begin each minute, and one in twenty fails. Counters start at 0 and grow with them.

Press Ctrl-C to stop.
`);
});

test('the banner of a demo on a Unix socket invents no address', () => {
  expect(demoBanner({ ...banner, url: null })).toContain(`
  status page  on the Unix socket that systemd passed
  metrics      there at /metrics
`);
});

test('the banner of a demo with habits names them', () => {
  expect(demoBanner({ ...banner, habits: ['daily', 'weekly'] })).toContain(`
  - Five weeks of history are read. Then the expected starts are known of playbooks that run: daily, weekly.
  - New runs begin by the same habits. Counters start at 0 and grow with them.
`);
});

test.each([
  ['http://127.0.0.1:19211', 'http://127.0.0.1:19211'],
  ['http://0.0.0.0:19211', 'http://127.0.0.1:19211'],
  ['http://[::]:19211', 'http://127.0.0.1:19211'],
  ['http://soc.example.org:19211', 'http://soc.example.org:19211'],
])('simulate at %s prints lines to copy', (url, origin) => {
  expect(exportLines(url).split('\n')).toEqual([
    '# A simulated SecMaster. Copy this into another terminal, and run secmaster-exporter there:',
    'export HUAWEICLOUD_SDK_AK=SIMULATED-AK',
    'export HUAWEICLOUD_SDK_SK=simulated-sk',
    'export HUAWEICLOUD_SDK_PROJECT_ID=5ec3a57e0000000000000000000000aa',
    'export SECMASTER_REGION=eu-west-101',
    'export SECMASTER_WORKSPACE_ID=5ec3a57e-0000-4000-8000-0000000000aa',
    `export SECMASTER_ENDPOINT=${origin}`,
    `export SECMASTER_IAM_ENDPOINT=${origin}`,
    '# Instead of the two keys, an IAM user:',
    '# export SECMASTER_IAM_DOMAIN=simulated-domain SECMASTER_IAM_USER=simulated-user SECMASTER_IAM_PASSWORD=simulated-password',
    '',
  ]);
});
