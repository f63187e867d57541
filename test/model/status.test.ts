import { describe, expect, test } from 'vitest';
import { canonicalStatus, canonicalTriggerType } from '../../src/model/status.ts';

describe('a documented value is kept in the documented spelling', () => {
  test.each(['RUNNING', 'FAILED', 'FINISHED', 'RETRYING', 'TERMINATING', 'TERMINATED', 'CREATED'])('%s', (status) => {
    const spellings = [status, status.toLowerCase(), `${status.slice(0, 1)}${status.slice(1).toLowerCase()}`];
    expect(spellings.map(canonicalStatus)).toEqual([status, status, status]);
  });

  test.each(['DEBUG', 'TIMER', 'EVENT', 'MANUAL'])('%s', (triggerType) => {
    const spellings = [
      triggerType,
      triggerType.toLowerCase(),
      triggerType.replace(/^./, (first) => first.toLowerCase()),
    ];
    expect(spellings.map(canonicalTriggerType)).toEqual([triggerType, triggerType, triggerType]);
  });
});

test.each(['', 'skipped', 'Queued', ' failed', 'failed!', 'constructor', '关闭'])(
  '%j passes through as it is',
  (value) => {
    expect([canonicalStatus(value), canonicalTriggerType(value)]).toEqual([value, value]);
  },
);
