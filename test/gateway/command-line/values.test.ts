import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unixMsOfText } from '../../../gateway/command-line/moment.ts';
import { pair } from '../../../gateway/command-line/remote.ts';
import { textOfValue, valueOfText } from '../../../gateway/command-line/values.ts';

describe('a value as people type it', () => {
  it.each([
    ['1.5', { number: 1.5 }],
    ['-2', { number: -2 }],
    ['1e3', { number: 1000 }],
    ['true', { flag: true }],
    ['false', { flag: false }],
    ['True', { text: 'True' }],
    ['NaN', { text: 'NaN' }],
    ['', { text: '' }],
    [' ', { text: ' ' }],
    ['9007199254740993', { integer: '9007199254740993' }],
    ['-9223372036854775808', { integer: '-9223372036854775808' }],
    ['9223372036854775808', { number: 2 ** 63 }],
    ['ORD', { text: 'ORD' }],
  ])('%j is %j', (text, value) => {
    expect(valueOfText(text)).toEqual(value);
  });

  it('that is a 64-bit integer keeps every digit', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        const { integer, number } = valueOfText(String(value));
        expect(BigInt((integer as string | undefined) ?? (number as number))).toBe(value);
      }),
    );
  });
});

describe('a moment as people type it', () => {
  it.each([
    ['2001-02-01T12:30:00Z', 981030600000],
    ['2001-02-01T06:30:00.25-06:00', 981030600250],
    ['981030600000.5', 981030600000.5],
    ['-1', -1],
  ])('%s is %f', (text, ms) => {
    expect(unixMsOfText(text)).toBe(ms);
  });

  it.each(['soon', '', '2001-13-01'])('%j is refused with an example', (text) => {
    expect(() => unixMsOfText(text)).toThrow('2026-01-31T12:00:00Z');
  });
});

describe('a value as people read it', () => {
  it.each([
    [null, '-'],
    [{}, '-'],
    [{ number: 0.5, kind: 'number' as const }, '0.5'],
    [{ integer: '7', kind: 'integer' as const }, '7'],
    [{ flag: false, kind: 'flag' as const }, 'false'],
    [{ text: 'late', kind: 'text' as const }, 'late'],
    [
      { tensor: { datatype: 'FP32', shape: ['1', '2'], data: Buffer.alloc(8) }, kind: 'tensor' as const },
      'FP32 tensor [1, 2]',
    ],
  ])('%j is %s', (value, text) => {
    expect(textOfValue(value)).toBe(text);
  });
});

describe('name=value options', () => {
  it('collect, the value may hold more "="', () => {
    expect(pair('b=1=2', pair('a='))).toEqual({ a: '', b: '1=2' });
    expect(Object.keys(pair('__proto__=x'))).toEqual(['__proto__']);
  });

  it.each(['', '=', '=x', 'x'])('refuse %j', (text) => {
    expect(() => pair(text)).toThrow('name=value');
  });
});
