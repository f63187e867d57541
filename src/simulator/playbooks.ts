/** The playbooks that the simulated life runs, with names and habits as a SOC knows them. */

export interface PlaybookProfile {
  /** null: its runs belong to no playbook. */
  readonly name: string | null;
  readonly enName?: string;
  /** The first part of its instances' names. */
  readonly code: string;
  readonly dataclass: string;
  readonly triggers: readonly Trigger[];
  readonly medianSeconds: number;
  /** Of the lognormal duration. */
  readonly sigma: number;
  /** Of the first attempts; the next ones fail more often. */
  readonly failureRatio: number;
  readonly retryChance: number;
  readonly terminationRatio: number;
  readonly stuckRatio: number;
  readonly nodes: readonly [string, ...string[]];
  readonly errors: readonly [string, ...string[]];
}

export interface Trigger {
  readonly type: 'DEBUG' | 'TIMER' | 'EVENT' | 'MANUAL';
  /** Of all runs of the workspace; they add up to 1. */
  readonly share: number;
  /** Runs at a time, on the average; null: a steady rhythm. */
  readonly burst: number | null;
}

const usual = { sigma: 0.7, failureRatio: 0.01, retryChance: 0.5, terminationRatio: 0.002, stuckRatio: 0.0002 };

export const playbookProfiles: readonly PlaybookProfile[] = [
  {
    ...usual,
    name: 'Automatic closing of repeated alerts',
    enName: 'Automatic closing of repeated alerts',
    code: 'ZFGJZDGB',
    dataclass: 'Alert',
    triggers: [
      { type: 'EVENT', share: 0.28, burst: 6 },
      { type: 'MANUAL', share: 0.005, burst: 1 },
    ],
    medianSeconds: 2,
    nodes: ['Query similar alerts', 'Compare fingerprints', 'Close alert'],
    errors: ['Alert is locked by another operation'],
  },
  {
    ...usual,
    name: 'Server alert: isolate host',
    enName: 'Server alert: isolate host',
    code: 'ZJGL',
    dataclass: 'Alert',
    triggers: [{ type: 'EVENT', share: 0.1, burst: 3 }],
    medianSeconds: 18,
    failureRatio: 0.08,
    retryChance: 0.8,
    terminationRatio: 0.02,
    nodes: ['Read alert', 'Approve isolation', 'Isolate host', 'Notify owner'],
    errors: ['HTTP 504 from the endpoint agent: "upstream timed out"', 'Agent is offline'],
  },
  {
    ...usual,
    name: '高危漏洞自动通知',
    enName: 'High-risk vulnerability notification',
    code: 'GWLDTZ',
    dataclass: 'Vulnerability',
    triggers: [
      { type: 'TIMER', share: 0.1, burst: null },
      { type: 'DEBUG', share: 0.004, burst: 1 },
    ],
    medianSeconds: 9,
    failureRatio: 0.02,
    nodes: ['查询漏洞', '发送通知'],
    errors: ['消息服务返回错误: topic not found'],
  },
  {
    ...usual,
    name: 'Threat intelligence synchronisation',
    code: 'QBTB',
    dataclass: 'Indicator',
    triggers: [{ type: 'TIMER', share: 0.1334, burst: null }],
    medianSeconds: 25,
    sigma: 0.4,
    failureRatio: 0.04,
    nodes: ['Fetch feed', 'Normalise indicators', 'Store indicators'],
    errors: ['Feed answered 503 Service Unavailable', 'Feed is not valid STIX 2.1:\n  line 1 column 1'],
  },
  {
    ...usual,
    name: 'Block attacking IP address',
    enName: 'Block attacking IP address',
    code: 'GJIPZD-WAF',
    dataclass: 'Alert',
    triggers: [{ type: 'EVENT', share: 0.15, burst: 10 }],
    medianSeconds: 6,
    failureRatio: 0.12,
    retryChance: 0.9,
    nodes: ['Extract address', 'Check allow list', 'Add to WAF block list'],
    errors: ['Block list is full (limit 1000)', 'Policy group is being changed'],
  },
  {
    ...usual,
    name: 'Block attacking IP address',
    enName: 'Block attacking IP address',
    code: 'GJIPZD-CFW',
    dataclass: 'Alert',
    triggers: [
      { type: 'EVENT', share: 0.05, burst: 4 },
      { type: 'MANUAL', share: 0.01, burst: 1 },
    ],
    medianSeconds: 12,
    failureRatio: 0.03,
    nodes: ['Extract address', 'Add to firewall block list'],
    errors: ['Firewall instance not found'],
  },
  {
    ...usual,
    name: 'Notify "on call" \\ SMS 🚨\nescalation',
    enName: 'Notify "on call" \\ SMS 🚨\nescalation',
    code: 'GJTZ',
    dataclass: 'Incident',
    triggers: [{ type: 'EVENT', share: 0.08, burst: 2 }],
    medianSeconds: 3,
    nodes: ['Look up "on call"', 'Send SMS'],
    errors: ['Receiver "C:\\roster" has no number 📵'],
  },
  {
    ...usual,
    name: 'Malware sample analysis',
    enName: 'Malware sample analysis',
    code: 'EYWJFX',
    dataclass: 'Alert',
    triggers: [
      { type: 'EVENT', share: 0.03, burst: 2 },
      { type: 'MANUAL', share: 0.01, burst: 1 },
    ],
    medianSeconds: 150,
    sigma: 0.9,
    failureRatio: 0.1,
    terminationRatio: 0.05,
    stuckRatio: 0.002,
    nodes: ['Fetch sample', 'Run in sandbox', 'Judge report', 'Update alert'],
    errors: ['Sandbox gave no verdict within 600 s'],
  },
  {
    ...usual,
    name: 'Asset risk score update',
    enName: 'Asset risk score update',
    code: 'ZCFX',
    dataclass: 'Resource',
    triggers: [{ type: 'TIMER', share: 0.0333, burst: null }],
    medianSeconds: 45,
    sigma: 0.3,
    failureRatio: 0.005,
    nodes: ['List assets', 'Compute scores', 'Write scores'],
    errors: ['Query exceeded 10000 assets'],
  },
  {
    ...usual,
    name: null,
    code: 'TSLC',
    dataclass: 'Alert',
    triggers: [
      { type: 'DEBUG', share: 0.0083, burst: 1 },
      { type: 'MANUAL', share: 0.006, burst: 1 },
    ],
    medianSeconds: 15,
    failureRatio: 0.3,
    retryChance: 0.2,
    nodes: ['Try something'],
    errors: ['NullPointerException', 'Variable "alert.id" is not defined'],
  },
];
