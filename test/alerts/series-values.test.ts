import { describe, expect, test } from 'vitest';
import { readValues, writeValues } from '../support/alert/series-values.ts';

describe('the notation of promtool', () => {
  test.each([
    { sentence: 'numbers', values: '1 -2 0.5 1e+21', samples: '1 -2 0.5 1e+21' },
    { sentence: 'a number and as many more', values: '7x2', samples: '7 7 7' },
    { sentence: 'numbers that grow', values: '-2+3x3', samples: '-2 1 4 7' },
    { sentence: 'numbers that fall', values: '5-2x2', samples: '5 3 1' },
    {
      sentence: 'numbers that are added up, as promtool does it',
      values: '0+0.1x3',
      samples: '0 0.1 0.2 0.30000000000000004',
    },
    { sentence: 'no samples, as many', values: '_ _x2 1', samples: '_ _ _ 1' },
    { sentence: 'a mark that the series is gone', values: '1x1 stale', samples: '1 1 stale' },
    { sentence: 'what no number stands for', values: 'NaN Infx1 -Inf', samples: 'NaN Inf Inf -Inf' },
  ])('has $sentence', ({ values, samples }) => {
    expect(readValues(values).join(' ')).toBe(samples);
    expect(readValues(writeValues(readValues(values))).join(' ')).toBe(samples);
  });

  test.each(['{{count:1}}', '1x', 'x3', '1+x3', '_+1x3'])('that these tests do not know is refused: %s', (values) => {
    expect(() => readValues(values)).toThrow(`no samples of promtool: ${values}`);
  });

  test('is written as runs', () => {
    expect(writeValues(['1', '1', '1', '_', '_', '2', 'stale', '_'])).toBe('1x2 _x2 2 stale _');
  });
});
