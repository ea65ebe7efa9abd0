import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkGolden, readGolden } from '../../../services/inference/loading/golden-cases.ts';
import { elementAt, readData } from '../../../services/inference/loading/golden-data.ts';
import type { Datatype } from '../../../services/inference/tensors/datatype.ts';
import { describeShape, type ModelShape } from '../../../services/inference/tensors/model-shape.ts';
import { halfBits, halfValue } from '../../../services/kit/wire/half-float.ts';

function identityShape(datatype: Datatype): ModelShape {
  const port = (name: string) => ({ name, datatype, shape: [-1], symbols: ['N'] });
  return describeShape('m', [port('x')], [port('y')]);
}

/** What one case says of a model that answers its input. */
function verdict(
  datatype: Datatype,
  given: unknown[],
  wanted: unknown[],
  tolerance?: number,
): string | undefined {
  const shape = identityShape(datatype);
  const tensor = (name: string, data: unknown[]) => ({ name, shape: [data.length], datatype, data });
  const golden = {
    inputs: [tensor('x', given)],
    outputs: [tensor('y', wanted)],
    ...(tolerance === undefined ? {} : { tolerance }),
  };
  const read = readGolden(JSON.stringify({ cases: [golden] }), shape);
  if ('faults' in read) throw new Error(read.faults.join('; '));
  return checkGolden(read.cases[0]!, shape, (inputs) => [...inputs]);
}

describe('a golden case', () => {
  it.each<[Datatype, unknown[]]>([
    ['FP32', [0.1, -1.5e-40, 3, 'NaN', '-Infinity']],
    ['FP64', [0.1, 1e300]],
    ['FP16', [0.5, -65504, 6e-8]],
    ['INT64', [1, '9223372036854775807', '-9223372036854775808']],
    ['UINT64', ['18446744073709551615', 0]],
    ['INT8', [-128, 127]],
    ['UINT8', [255]],
    ['INT16', [-32768]],
    ['UINT16', [65535]],
    ['INT32', [-2147483648]],
    ['UINT32', [4294967295]],
    ['BOOL', [true, false]],
    ['BYTES', ['', 'é']],
  ])('holds for the same %s elements', (datatype, data) => {
    expect(verdict(datatype, data, data)).toBeUndefined();
  });

  it.each<[string, Datatype, unknown[], unknown[], number | undefined, string]>([
    ['a float beside it', 'FP32', [1], [1.0000001], undefined, 'index 0: got 1, wanted 1.0000001192092896'],
    [
      'a number beyond its tolerance',
      'FP32',
      [1, 2],
      [1, 2.5],
      0.25,
      'index 1: got 2, wanted 2.5 within 0.25',
    ],
    ['NaN in place of a number', 'FP64', ['NaN'], [1], 5, 'index 0: got NaN, wanted 1 within 5'],
    [
      'another integer',
      'INT64',
      ['9223372036854775807'],
      ['9223372036854775806'],
      undefined,
      'got 9223372036854775807, wanted 9223372036854775806',
    ],
    ['another text', 'BYTES', ['a'], ['b'], 9, 'got "a", wanted "b"'],
    ['another flag', 'BOOL', [true], [false], 9, 'got true, wanted false'],
    ['another shape', 'INT8', [1, 2], [1], undefined, 'got shape [2], wanted [1]'],
  ])(
    'names the output, the place and both numbers: %s',
    (_what, datatype, given, wanted, tolerance, message) => {
      expect(verdict(datatype, given, wanted, tolerance)).toContain(message);
      expect(verdict(datatype, given, wanted, tolerance)).toContain("output 'y'");
    },
  );

  it('takes zeros of both signs and numbers within the tolerance for equal', () => {
    expect(verdict('FP32', [0, 1], [-0, 1.5], 0.5)).toBeUndefined();
  });
});

describe('golden.json', () => {
  const shape = identityShape('FP32');
  const x = { name: 'x', shape: [1], datatype: 'FP32', data: [1] };
  const y = { ...x, name: 'y' };
  const faultsOf = (content: unknown): string[] => {
    const read = readGolden(typeof content === 'string' ? content : JSON.stringify(content), shape);
    return 'faults' in read ? read.faults : [];
  };

  it.each<[string, unknown, string]>([
    ['no JSON', '{', 'it is no JSON'],
    ['no cases', {}, 'it needs a list "cases"'],
    ['an unknown key', { cases: [], more: 1 }, "the file: 'more' is unknown"],
    ['a case that is no object', { cases: [7] }, 'cases[0].inputs: a list of tensors is needed'],
    [
      'an unknown key in a case',
      { cases: [{ inputs: [x], outputs: [y], atol: 1 }] },
      "cases[0]: 'atol' is unknown",
    ],
    ['a missing input', { cases: [{ inputs: [], outputs: [y] }] }, "cases[0].inputs: input 'x' is missing"],
    [
      'an unknown output',
      { cases: [{ inputs: [x], outputs: [x] }] },
      "the model has no output 'x'; it has 'y'",
    ],
    ['no output', { cases: [{ inputs: [x], outputs: [] }] }, 'at least one is needed'],
    ['an output twice', { cases: [{ inputs: [x], outputs: [y, y] }] }, "'y' is there twice"],
    [
      'another datatype',
      { cases: [{ inputs: [{ ...x, datatype: 'FP64' }], outputs: [y] }] },
      'is FP32, not FP64',
    ],
    ['a bad shape', { cases: [{ inputs: [{ ...x, shape: [-1] }], outputs: [y] }] }, "shape of 'x'"],
    [
      'too few elements',
      { cases: [{ inputs: [{ ...x, shape: [2] }], outputs: [y] }] },
      'has 1 elements where its shape needs 2',
    ],
    [
      'too many elements',
      { cases: [{ inputs: [{ ...x, data: [1, 2] }], outputs: [y] }] },
      'more than the 1 elements',
    ],
    [
      'an element of another type',
      { cases: [{ inputs: [{ ...x, data: ['1'] }], outputs: [y] }] },
      'element 0 is "1", which is no FP32',
    ],
    [
      'a negative tolerance',
      { cases: [{ inputs: [x], outputs: [y], tolerance: -1 }] },
      'tolerance: it is a number >= 0',
    ],
  ])('is refused for %s', (_what, content, message) => {
    expect(faultsOf(content)).toContainEqual(expect.stringContaining(message));
  });

  it('tells every fault at once', () => {
    expect(
      faultsOf({
        cases: [
          { inputs: [], outputs: [] },
          { inputs: [x], outputs: [{ ...y, data: [] }] },
        ],
      }),
    ).toHaveLength(3);
  });

  it('answers for any JSON', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        const read = readGolden(json, shape);
        expect('cases' in read || read.faults.length > 0).toBe(true);
      }),
    );
    const part = fc.anything({ maxDepth: 3 });
    fc.assert(
      fc.property(part, part, part, (shapeOf, data, tolerance) => {
        const tensor = { name: 'x', shape: shapeOf, datatype: 'FP32', data };
        readGolden(
          JSON.stringify({ cases: [{ inputs: [tensor], outputs: [tensor], tolerance }] }, (_, value) =>
            typeof value === 'bigint' ? 1 : value,
          ),
          shape,
        );
      }),
    );
  });

  it.each<[Datatype, unknown]>([
    ['INT8', 128],
    ['UINT8', -1],
    ['INT32', 1.5],
    ['INT64', 2 ** 53],
    ['UINT64', '18446744073709551616'],
    ['INT64', '1e3'],
    ['BOOL', 1],
    ['BYTES', 1],
    ['FP32', 'one'],
    ['FP32', null],
  ])('takes no element that %s can not hold: %s', (datatype, element) => {
    expect(readData([element], datatype, [1])).toHaveProperty('fault');
  });
});

describe('numbers of 16 bits', () => {
  it('are the nearest, ties to even', () => {
    const exact = [0, -0, 1, -2, 65504, 2 ** -24, 2 ** -14, 0.333251953125];
    expect(exact.map((value) => halfValue(halfBits(value)))).toEqual(exact);
    expect(
      [1 + 2 ** -11, 1 + 3 * 2 ** -11, 65519, 65520, 2 ** -25].map((value) => halfValue(halfBits(value))),
    ).toEqual([1, 1 + 2 ** -9, 65504, Infinity, 0]);
    for (let bits = 0; bits < 0x10000; bits++) {
      const value = halfValue(bits);
      if (!Number.isNaN(value)) expect(halfBits(value)).toBe(bits);
    }
  });

  it('are never further off than half a unit', () => {
    fc.assert(
      fc.property(fc.double({ min: -65504, max: 65504, noNaN: true }), (value) => {
        const bits = halfBits(value);
        const off = Math.abs(halfValue(bits) - value);
        const size = bits & 0x7fff;
        for (const beside of [size - 1, size + 1])
          if (beside >= 0 && beside < 0x7c00)
            expect(off).toBeLessThanOrEqual(Math.abs(halfValue(beside | (bits & 0x8000)) - value));
      }),
    );
  });

  it('are read from a tensor like the others', () => {
    const tensor = { datatype: 'FP16', shape: [1], data: Uint8Array.from([0x00, 0x3c]) } as const;
    expect(elementAt(tensor, 0)).toBe(1);
  });
});
