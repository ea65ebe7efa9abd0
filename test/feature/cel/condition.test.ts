import { evaluate } from '@marcbachmann/cel-js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileCondition } from '../../../services/feature/cel/condition.ts';
import { ExpressionFault } from '../../../services/feature/cel/expression-fault.ts';
import type { Datatype, Scalar } from '../../../services/feature/declarations/declarations.ts';
import { layoutOf } from '../../../services/feature/events/event-layout.ts';
import { EventRow } from '../../../services/feature/events/event-row.ts';

const fields = new Map<string, Datatype>([
  ['delay', 'FP64'],
  ['distance', 'FP32'],
  ['hour', 'INT64'],
  ['carrier', 'BYTES'],
  ['cancelled', 'BOOL'],
]);
const layout = layoutOf([...fields].map(([name, datatype]) => ({ name, datatype })));

/** A row with these values; what is left out is null. */
function rowOf(values: Readonly<Record<string, Scalar>>): EventRow {
  const text = Buffer.from(String(values.carrier ?? ''));
  const bytes = Buffer.alloc(layout.fixedBytes + text.length);
  bytes.writeUInt32LE(bytes.length, 0);
  text.copy(bytes, layout.fixedBytes);
  for (const [name, { datatype, offset, nullOffset, nullMask }] of layout.slots) {
    const value = values[name];
    if (value === undefined) bytes[nullOffset]! |= nullMask;
    else if (datatype === 'FP64') bytes.writeDoubleLE(value as number, offset);
    else if (datatype === 'FP32') bytes.writeFloatLE(value as number, offset);
    else if (datatype === 'INT64') bytes.writeBigInt64LE(value as bigint, offset);
    else if (datatype === 'BOOL') bytes[offset] = value ? 1 : 0;
    else {
      bytes.writeUInt32LE(layout.fixedBytes, offset);
      bytes.writeUInt32LE(text.length, offset + 4);
    }
  }
  const row = new EventRow(() => layout);
  row.set(bytes, 0);
  return row;
}

const testOf = (source: string, values: Readonly<Record<string, Scalar>>): boolean | undefined =>
  compileCondition(source, fields).test(rowOf(values));

test.each<[source: string, values: Record<string, Scalar>, expected: boolean | undefined]>([
  ['delay >= 15.0', { delay: 15 }, true],
  ['delay >= 15', { delay: 14.9 }, false],
  ['delay >= 15.0', {}, undefined],
  ['delay >= 15.0', { delay: Number.NaN }, false],
  ['delay != delay', { delay: Number.NaN }, true],
  ['delay == null', {}, true],
  ['delay != null && delay > 1.0', {}, false],
  ['delay > 1.0 && cancelled', { delay: 0 }, false],
  ['delay > 1.0 && cancelled', { cancelled: false }, false],
  ['delay > 1.0 && cancelled', { cancelled: true }, undefined],
  ['delay > 1.0 || cancelled', { cancelled: true }, true],
  ['hour / 0 == 1 || delay > 1.0', { hour: 1n, delay: 2 }, true],
  ['hour / 0 == 1', { hour: 1n }, undefined],
  ['hour == 9223372036854775807', { hour: 2n ** 63n - 1n }, true],
  ['hour in [6, 7, 8]', { hour: 7n }, true],
  ['hour in [6, 7, 8]', {}, undefined],
  ['carrier in ["AA", "UA"]', { carrier: 'UA' }, true],
  ['carrier.startsWith("A") && size(carrier) == 2', { carrier: 'AÄ' }, true],
  ['coalesce(delay, 0.0) < 1.0', {}, true],
  ['!cancelled', { cancelled: false }, true],
  ['cancelled ? delay > 1.0 : delay > 2.0', { cancelled: true, delay: 1.5 }, true],
  ['is_nan(delay)', { delay: Number.NaN }, true],
])('%s of %o is %s', (source, values, expected) => {
  expect(testOf(source, values)).toBe(expected);
});

test('a condition names the fields that it reads', () => {
  expect(compileCondition('delay > 1.0 && (hour == 3 || delay < 0.0)', fields).fields).toEqual([
    'delay',
    'hour',
  ]);
});

const number = fc.oneof(fc.double(), fc.integer({ min: -3, max: 3 }).map(Number));
const bounded = number.filter((value) => Number.isFinite(value));
const comparison = fc
  .tuple(fc.constantFrom('delay', 'distance'), fc.constantFrom('<', '<=', '>', '>=', '==', '!='), bounded)
  .map(([field, operator, literal]) => `${field} ${operator} ${literalOf(literal)}`);
const conjunction = fc
  .array(comparison, { minLength: 1, maxLength: 3 })
  .chain((parts) => fc.constantFrom(' && ', ' || ').map((operator) => parts.join(operator)));

function literalOf(value: number): string {
  const text = Math.abs(value).toString();
  const literal = /[.e]/.test(text) ? text.replace(/^(\d+)e/, '$1.0e') : `${text}.0`;
  return value < 0 ? `-${literal}` : literal;
}

test('comparisons agree with CEL for every number, NaN and infinities too', () => {
  fc.assert(
    fc.property(conjunction, number, fc.float(), (source, delay, distance) => {
      expect(testOf(source, { delay, distance })).toBe(evaluate(source, { delay, distance }));
    }),
    { numRuns: 2000 },
  );
});

test('what null leaves open is open, and what it can not change is decided', () => {
  fc.assert(
    fc.property(conjunction, number, (source, distance) => {
      const outcomes = [Number.NEGATIVE_INFINITY, -1e300, -1, 0, 1, 1e300, Number.NaN].map((delay) =>
        testOf(source, { delay, distance }),
      );
      const withNull = testOf(source, { distance });
      if (withNull !== undefined) expect(new Set(outcomes)).toEqual(new Set([withNull]));
    }),
    { numRuns: 500 },
  );
});

test.each<[source: string, line: number, column: number, message: RegExp]>([
  ['delay >', 1, 8, /unexpected token/],
  ['delay > 1.0 &&\n  late', 2, 3, /there is no late to read; there is delay, distance/],
  ['delay > "a"', 1, 1, /there is no double > string/],
  ['delay', 1, 1, /a condition is bool, and this is double/],
  ['', 1, 1, /is empty/],
  ['delay.value > 1.0', 1, 7, /there is no delay.value/],
])('%s is refused at line %d, column %d', (source, line, column, message) => {
  expect(() => compileCondition(source, fields)).toThrow(
    expect.objectContaining({
      name: 'ExpressionFault',
      line,
      column,
      message: expect.stringMatching(message),
    }),
  );
});

const hostile: readonly [what: string, source: string][] = [
  ['a regular expression', 'carrier.matches("(a+)+$")'],
  ['brackets', `${'('.repeat(2000)}true${')'.repeat(2000)}`],
  ['negations', `${'!'.repeat(4000)}true`],
  ['long sums', `${'delay+'.repeat(600)}1.0 > 0.0`],
  ['a long text', `carrier == "${'x'.repeat(5000)}"`],
  ['macros in macros', '[1].all(a, [1].all(b, [1].all(c, a == c)))'],
  ['macros over texts', 'carrier.split("").all(a, carrier.split("").all(b, a == b))'],
  ['long lists', `hour in [${'1,'.repeat(200)}1]`],
  ['maps', '{"a": 1}["a"] == 1'],
  ['bytes', 'b"a" == b"a"'],
  ['what every object has', 'constructor == constructor'],
  ['methods that every object has', 'carrier.constructor("return 1") == 1'],
  ['functions that every object has', 'toString(1) == "1"'],
];

test.each(hostile)('%s are refused at once', (_what, source) => {
  const start = performance.now();
  expect(() => compileCondition(source, fields)).toThrow(ExpressionFault);
  expect(performance.now() - start).toBeLessThan(100);
});

test('the dearest expressions that are taken cost some milliseconds over the longest texts', () => {
  const texts = [
    'carrier.split("b").exists(a, carrier.contains("ac"))',
    Array.from({ length: 60 }, () => 'carrier.lowerAscii().contains("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaab")').join(
      ' || ',
    ),
  ];
  const row = rowOf({ carrier: 'a'.repeat(65_536) });
  for (const source of texts) {
    const condition = compileCondition(source, fields);
    condition.test(row);
    const start = performance.now();
    condition.test(row);
    expect(performance.now() - start).toBeLessThan(200);
  }
});

const words = [
  'delay',
  'hour',
  'carrier',
  '(',
  ')',
  '[',
  ']',
  '.',
  ',',
  '?',
  ':',
  '&&',
  '||',
  '!',
  '-',
  '+',
  '*',
  '/',
  '%',
  '<',
  '==',
  'in',
  '1',
  '2.5',
  '"a"',
  'null',
  'true',
  'x',
  'size',
  'exists',
  'map',
  'split',
  'timestamp',
  'cel.bind',
  'has',
  "'",
  '\\',
  '\n',
  '1u',
  'b"a"',
  '__proto__',
];

test('of whatever text, only named faults come', () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.array(fc.constantFrom(...words)).map((some) => some.join(' ')),
    fc.array(fc.constantFrom(...words)).map((some) => some.join('')),
  );
  fc.assert(
    fc.property(text, (source) => {
      try {
        compileCondition(source, fields).test(rowOf({ delay: 1, hour: 2n, carrier: 'AA' }));
      } catch (error) {
        expect(error).toBeInstanceOf(ExpressionFault);
      }
    }),
    { numRuns: 5000 },
  );
});
