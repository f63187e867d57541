import { expect, test } from 'vitest';
import { namesIn } from '../../src/http/client-names.ts';

test.each<[string, string[]]>([
  ['', []],
  ['DNS:a.example.com', ['a.example.com']],
  [
    'DNS:a.example.com, IP Address:127.0.0.1, email:soc@example.com, URI:spiffe://example.com/prometheus',
    ['a.example.com', '127.0.0.1', 'soc@example.com', 'spiffe://example.com/prometheus'],
  ],
  ['IP Address:FE80:0:0:0:0:0:0:1', ['FE80:0:0:0:0:0:0:1']],
  ['DNS:"evil.example.com, DNS:good.example.com"', ['evil.example.com, DNS:good.example.com']],
  ['DNS:"a\\"b\\u000a", DNS:c', ['a"b\n', 'c']],
  ['DirName:"CN = x", Registered ID:1.2.3, DNS:c', ['c']],
])('%s', (text, names) => {
  expect(namesIn(text)).toEqual(names);
});
