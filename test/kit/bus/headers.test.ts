import { headers } from 'nats';
import { expect, test } from 'vitest';
import { fromNatsHeaders, headerOf, toNatsHeaders } from '../../../services/kit/bus/headers.ts';
import { untraced } from '../../../services/kit/contract/call.ts';

test('a header is found in any case, the exact name first', () => {
  expect(headerOf({ Traceparent: 'a' }, 'traceparent')).toBe('a');
  expect(headerOf({ Traceparent: 'a', traceparent: 'b' }, 'traceparent')).toBe('b');
  expect(headerOf(fromNatsHeaders(headers()), 'constructor')).toBeUndefined();
});

test('of a header that was sent twice the first value counts', () => {
  const sent = headers();
  sent.append('A', '1');
  sent.append('A', '2');
  expect(fromNatsHeaders(sent)).toEqual({ A: '1' });
});

test('work that belongs to no trace carries none', () => {
  expect(fromNatsHeaders(toNatsHeaders({ A: '1' }, untraced))).toEqual({ A: '1' });
});
