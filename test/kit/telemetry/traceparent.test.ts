import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  boundTracestate,
  formatTraceparent,
  parseTraceparent,
} from '../../../services/kit/telemetry/traceparent.ts';

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });
const id = (length: number) => hex(length).filter((text) => /[^0]/.test(text));

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';

describe('traceparent', () => {
  test('what is formatted parses to the same context', () => {
    fc.assert(
      fc.property(id(32), id(16), fc.boolean(), (trace, span, sampled) => {
        const context = { traceId: trace, spanId: span, sampled, state: 'a=1' };
        expect(parseTraceparent(formatTraceparent(context), 'a=1')).toEqual(context);
      }),
    );
  });

  test('garbage is no context', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 80 }), (text) => {
        expect(parseTraceparent(text, undefined)).toBeUndefined();
      }),
    );
  });

  test('one character changed to something outside its alphabet makes it invalid', () => {
    const valid = `00-${traceId}-${spanId}-01`;
    fc.assert(
      fc.property(
        fc.nat(valid.length - 1),
        fc.constantFrom('g', 'A', 'F', ' ', '_', '\n', 'é'),
        (at, wrong) => {
          const changed = valid.slice(0, at) + wrong + valid.slice(at + 1);
          expect(parseTraceparent(changed, undefined)).toBeUndefined();
        },
      ),
    );
  });

  test.each([
    ['version ff', `ff-${traceId}-${spanId}-01`],
    ['a trace id of zeros', `00-${'0'.repeat(32)}-${spanId}-01`],
    ['a span id of zeros', `00-${traceId}-${'0'.repeat(16)}-01`],
    ['upper case', `00-${traceId.toUpperCase()}-${spanId}-01`],
    ['version 00 with more after the flags', `00-${traceId}-${spanId}-01-more`],
    ['a later version with more that no dash begins', `01-${traceId}-${spanId}-01more`],
    ['too short', `00-${traceId}-${spanId}-0`],
    ['empty', ''],
  ])('%s is refused', (_, header) => {
    expect(parseTraceparent(header, 'a=1')).toBeUndefined();
  });

  test('a later version is read as far as it is known', () => {
    const context = { traceId, spanId, sampled: true, state: '' };
    expect(parseTraceparent(`01-${traceId}-${spanId}-03-more`, undefined)).toEqual(context);
    expect(parseTraceparent(`cc-${traceId}-${spanId}-01`, undefined)).toEqual(context);
  });

  test('only the lowest flag decides whether it is sampled', () => {
    expect(parseTraceparent(`00-${traceId}-${spanId}-02`, undefined)?.sampled).toBe(false);
    expect(parseTraceparent(`00-${traceId}-${spanId}-ff`, undefined)?.sampled).toBe(true);
  });

  test('work that belongs to no trace has no header', () => {
    expect(formatTraceparent({ traceId: '', spanId: '', sampled: false, state: '' })).toBe('');
  });
});

describe('tracestate', () => {
  test('is passed on as it came when it is well formed', () => {
    expect(boundTracestate('rojo=00f067aa0ba902b7,fw529a3039@dt=FfAxMjM')).toBe(
      'rojo=00f067aa0ba902b7,fw529a3039@dt=FfAxMjM',
    );
  });

  test('too long, it loses the long entries first, then the last ones', () => {
    const long = `long=${'x'.repeat(200)}`;
    const short = Array.from({ length: 10 }, (_, i) => `k${i}=${'y'.repeat(50)}`);
    const bounded = boundTracestate([long, ...short].join(','));
    expect(bounded.split(',')).toEqual(short.slice(0, 9));
  });

  test('whatever comes, what goes on is at most 512 characters of printable entries', () => {
    const entry = fc.tuple(
      fc.stringMatching(/^[a-z][a-z0-9]{0,20}$/),
      fc.stringMatching(/^[a-zA-Z0-9:;]{1,200}$/),
    );
    const anything = fc.oneof(
      fc.string({ maxLength: 2000 }),
      fc.array(entry, { maxLength: 40 }).map((entries) => entries.map((pair) => pair.join('=')).join(',')),
    );
    fc.assert(
      fc.property(anything, (state) => {
        const bounded = boundTracestate(state);
        expect(bounded.length).toBeLessThanOrEqual(512);
        expect(bounded).toMatch(/^[\x20-\x7e]*$/);
        expect(boundTracestate(bounded)).toBe(bounded);
      }),
    );
  });

  test.each(['no equals sign', 'a=1,b', 'a=\r\nx-evil: 1', 'A=1', 'a=é'])('%j is dropped', (state) => {
    expect(boundTracestate(state)).toBe('');
  });
});
