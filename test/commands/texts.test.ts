import { expect, test } from 'vitest';
import { addressToOpen } from '../../src/commands/address-to-open.ts';
import { demoBanner } from '../../src/commands/demo-banner.ts';
import { exportLines } from '../../src/commands/simulate.ts';

const here = { externalUrl: '', routePrefix: '', webListenAddresses: [{ host: null, port: 0 }] } as const;

test.each<[string, Partial<Parameters<typeof addressToOpen>[0]>, boolean, string]>([
  ['all interfaces', {}, false, 'http://localhost:19210'],
  ['TLS', {}, true, 'https://localhost:19210'],
  ['loopback', { webListenAddresses: [{ host: '127.0.0.1', port: 0 }] }, false, 'http://localhost:19210'],
  ['all interfaces by IPv6', { webListenAddresses: [{ host: '::', port: 0 }] }, false, 'http://localhost:19210'],
  ['an address', { webListenAddresses: [{ host: '192.0.2.7', port: 0 }] }, false, 'http://192.0.2.7:19210'],
  [
    'an address of IPv6',
    { webListenAddresses: [{ host: '2001:db8::7', port: 0 }] },
    false,
    'http://[2001:db8::7]:19210',
  ],
  ['a route prefix', { routePrefix: '/soc' }, false, 'http://localhost:19210/soc'],
  [
    'an external URL',
    { externalUrl: 'https://soc.example.org/secmaster', routePrefix: '/secmaster' },
    false,
    'https://soc.example.org/secmaster',
  ],
])('the address to open of %s', (_, options, isTls, url) => {
  expect(addressToOpen({ ...here, ...options }, 19210, isTls)).toBe(url);
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
