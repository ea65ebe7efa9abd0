import { evaluate } from '@marcbachmann/cel-js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EvaluationFault } from '../../../services/feature/cel/expression-fault.ts';
import { compileKey, compileTransform, type SetScope } from '../../../services/feature/cel/set-expression.ts';
import type { Datatype, Scalar } from '../../../services/feature/declarations/declarations.ts';

const scope: SetScope = {
  inputs: new Map([
    ['minute', 'FP64'],
    ['count', 'INT64'],
    ['departure', 'BYTES'],
    ['open', 'BOOL'],
  ]),
  views: new Map([
    [
      'delays',
      new Map<string, Datatype>([
        ['mean', 'FP32'],
        ['arrivals', 'INT64'],
      ]),
    ],
  ]),
  transforms: new Map([['ratio', 'FP32']]),
};

const values: Readonly<Record<string, Scalar>> = {
  minute: 90.5,
  count: 7n,
  departure: '2024-03-10T14:30:45.123Z',
  open: true,
  'delays.mean': 2,
  'delays.arrivals': 3n,
  ratio: 0.25,
};

/** The result over the values above, in which these take the place of their own. */
function resultOf(
  source: string,
  datatype: Datatype,
  other: Readonly<Record<string, Scalar | null>> = {},
): Scalar | null {
  const { operands, evaluate: run } = compileTransform(source, datatype, scope);
  const given: Readonly<Record<string, Scalar | null>> = { ...values, ...other };
  return run(operands.map(({ name }) => given[name] ?? null));
}

test.each<[source: string, datatype: Datatype, expected: Scalar]>([
  ['delays.mean / (1.0 + delays.arrivals)', 'FP64', 0.5],
  ['inputs.count / 2', 'INT64', 3n],
  ['inputs.count / 2', 'FP64', 3],
  ['inputs.count % 4', 'INT64', 3n],
  ['-9223372036854775808', 'INT64', -(2n ** 63n)],
  ['0.1', 'FP32', Math.fround(0.1)],
  ['floor(inputs.minute)', 'INT64', 90n],
  ['round(-2.5)', 'INT64', -3n],
  ['round(2.5)', 'INT64', 3n],
  ['min(inputs.count, 3)', 'INT64', 3n],
  ['max(inputs.count, 7.5)', 'FP64', 7.5],
  ['pow(2, 10)', 'INT64', 1024n],
  ['log1p(0) + exp(0) + sqrt(4) + cos(0) + sin(0) + tan(0) + log(1) + abs(-1) + ceil(0.5)', 'FP64', 6],
  ['is_nan(sqrt(-1))', 'BOOL', true],
  ['coalesce(null, inputs.count)', 'INT64', 7n],
  ['ratio * 2', 'FP32', 0.5],
  ['inputs.open ? "yes" : "no"', 'BYTES', 'yes'],
  ['"a" + string(inputs.count)', 'BYTES', 'a7'],
  ['inputs.departure.split("-")[1]', 'BYTES', '03'],
  ['inputs.departure.substring(0, 4)', 'BYTES', '2024'],
  ['["b", "a"].map(x, x.upperAscii()).join("")', 'BYTES', 'BA'],
  ['[1, 2, 3].filter(x, x > 1).size()', 'INT64', 2n],
  ['[1, 2, 3].exists_one(x, x == inputs.count - 5)', 'BOOL', true],
  ['size("a😀")', 'INT64', 2n],
  ['timestamp(inputs.departure).getHours()', 'INT64', 14n],
  ['timestamp(inputs.departure).getHours("America/New_York")', 'INT64', 10n],
  ['timestamp(inputs.departure).getDate("Asia/Tokyo")', 'INT64', 10n],
  ['timestamp(inputs.departure).getDayOfWeek()', 'INT64', 0n],
  ['timestamp(inputs.departure).getDayOfYear()', 'INT64', 69n],
  ['timestamp(inputs.departure).getMonth()', 'INT64', 2n],
  ['timestamp(inputs.departure).getMilliseconds()', 'INT64', 123n],
  ['(timestamp(inputs.departure) + duration("1h30m")).getHours()', 'INT64', 16n],
  ['(timestamp(inputs.departure) - timestamp("2024-03-10T00:00:00+01:00")).getMinutes()', 'INT64', 930n],
  ['int(timestamp(86400))', 'INT64', 86_400n],
])('%s as %s is %s', (source, datatype, expected) => {
  expect(resultOf(source, datatype)).toBe(expected);
});

test.each<[source: string, expected: Scalar | null]>([
  ['inputs.minute + 1.0', null],
  ['inputs.minute == null ? -1.0 : inputs.minute', -1],
  ['coalesce(inputs.minute, 3)', 3],
  ['inputs.minute > 1.0 || true ? 1 : 2', 1],
  ['inputs.minute > 1.0 ? 1 : 2', null],
  ['inputs.open ? 5 : inputs.minute', 5],
  ['sin(inputs.minute)', null],
])('%s of null is %s', (source, expected) => {
  expect(resultOf(source, 'FP64', { minute: null })).toBe(expected);
});

test.each<[source: string, datatype: Datatype, message: RegExp]>([
  ['inputs.count / 0', 'INT64', /division of an int by zero/],
  ['inputs.count % 0', 'INT64', /division of an int by zero/],
  ['9223372036854775807 + inputs.count', 'INT64', /beyond 64 bits/],
  ['-(inputs.count - 7 - 9223372036854775807 - 1)', 'INT64', /beyond 64 bits/],
  ['inputs.minute', 'INT64', /no int of 64 bits/],
  ['1e300', 'INT64', /no int of 64 bits/],
  ['int(1e300)', 'INT64', /no int of 64 bits/],
  ['int(inputs.departure)', 'INT64', /no int of 64 bits/],
  ['timestamp("2023-02-29T00:00:00Z").getDate()', 'INT64', /no RFC 3339 timestamp/],
  ['timestamp("yesterday").getDate()', 'INT64', /no RFC 3339 timestamp/],
  ['[1, 2][2]', 'INT64', /index outside/],
  ['inputs.departure.substring(5, 4)', 'BYTES', /outside of the text/],
])('%s fails by name', (source, datatype, message) => {
  expect(() => resultOf(source, datatype)).toThrow(EvaluationFault);
  expect(() => resultOf(source, datatype)).toThrow(message);
});

test('a text does not grow beyond its limit', () => {
  const long = { departure: 'x'.repeat(40_000) };
  expect(() => resultOf('inputs.departure + inputs.departure', 'BYTES', long)).toThrow(
    /more than 65536 characters/,
  );
});

test.each<[source: string, datatype: Datatype, message: RegExp]>([
  ['inputs.departure', 'FP64', /it gives string, which does not become double/],
  ['inputs.open', 'INT64', /it gives bool, which does not become int/],
  ['inputs.count', 'BYTES', /it gives int, which does not become string/],
  ['[1]', 'INT64', /it gives list<int>/],
  ['timestamp(0)', 'INT64', /it gives timestamp/],
  ['nothing.mean', 'FP64', /there is no nothing.mean to read/],
  ['timestamp(0).getHours("Mars/Olympus")', 'INT64', /there is no timestamp.getHours\(string\)/],
  ['sinus(1.0)', 'FP64', /there is no function sinus; there are coalesce, sin/],
  ['inputs.open ? 1 : "a"', 'INT64', /both results must be of one type/],
])('%s as %s does not compile', (source, datatype, message) => {
  expect(() => compileTransform(source, datatype, scope)).toThrow(message);
});

test('what an expression reads is named once each, in order', () => {
  const { operands } = compileTransform('inputs.count + delays.mean + ratio + inputs.count', 'FP64', scope);
  expect(operands.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    'input count',
    'feature delays.mean',
    'transform ratio',
  ]);
});

test('a key is text or the digits of an int, and reads inputs only', () => {
  const keyOf = (source: string): string | null => {
    const { operands, evaluate: run } = compileKey(source, scope.inputs);
    return run(operands.map(({ name }) => values[name] ?? null));
  };
  expect(keyOf('int(inputs.minute) / 60')).toBe('1');
  expect(keyOf('inputs.departure.substring(0, 10)')).toBe('2024-03-10');
  expect(() => keyOf('inputs.minute')).toThrow(/a key is string or int, and this is double/);
  expect(() => keyOf('ratio')).toThrow(/there is no ratio to read/);
});

const leaf = fc.constantFrom('a', 'b', '1.5', '0.25', '-3.0');
const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc
      .tuple(tie('expression'), fc.constantFrom('+', '-', '*', '/'), tie('expression'))
      .map(([l, op, r]) => `(${l} ${op} ${r})`),
    fc
      .tuple(tie('expression'), tie('expression'), tie('expression'))
      .map(([x, y, z]) => `(${x} < ${y} ? ${z} : -${y})`),
  ),
}));

test('arithmetic on doubles agrees with CEL', () => {
  const doubles: SetScope = {
    ...scope,
    transforms: new Map([
      ['a', 'FP64'],
      ['b', 'FP64'],
    ]),
  };
  fc.assert(
    fc.property(expression, fc.double(), fc.double(), (source, a, b) => {
      const { operands, evaluate: run } = compileTransform(source, 'FP64', doubles);
      expect(run(operands.map(({ name }) => (name === 'a' ? a : b)))).toBe(evaluate(source, { a, b }));
    }),
    { numRuns: 1000 },
  );
});

test('arithmetic on ints is exact or fails', () => {
  const ints: SetScope = {
    ...scope,
    transforms: new Map([
      ['a', 'INT64'],
      ['b', 'INT64'],
    ]),
  };
  const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
  const product = compileTransform('a * b', 'INT64', ints);
  fc.assert(
    fc.property(int64, int64, (a, b) => {
      const exact = a * b;
      if (BigInt.asIntN(64, exact) === exact) expect(product.evaluate([a, b])).toBe(exact);
      else expect(() => product.evaluate([a, b])).toThrow(EvaluationFault);
    }),
  );
});
