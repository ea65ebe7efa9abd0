import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonReader } from '../../../../../gateway/http/oip/tensors/json-reader.ts';
import { readTensorData } from '../../../../../gateway/http/oip/tensors/tensor-reader.ts';
import { tensorDataText } from '../../../../../gateway/http/oip/tensors/tensor-writer.ts';
import { isMeshError } from '../../../../../services/kit/errors/mesh-error.ts';
import { elementText, nestedText, rawOf, sampleTensor } from './sample-tensor.ts';

function read(text: string, datatype: string, shape: readonly number[]): Buffer {
  const json = new JsonReader(Buffer.from(text));
  const raw = readTensorData(json, { name: 'x', datatype, shape });
  json.finish();
  return Buffer.from(raw);
}

describe('tensors as JSON', () => {
  it('are read to the bytes that they stand for, flat or nested', () => {
    fc.assert(
      fc.property(sampleTensor, fc.boolean(), ({ datatype, shape, values, raw }, nested) => {
        const texts = values.map(elementText);
        const text = nested ? nestedText(texts, shape) : `[ ${texts.join(' ,\n')} ]`;
        expect(read(text, datatype, shape)).toEqual(raw);
      }),
      { numRuns: 2000 },
    );
  });

  it('are written as what reads back to the same bytes', () => {
    fc.assert(
      fc.property(sampleTensor, ({ datatype, shape, raw }) => {
        // Away from any alignment, as views of messages are.
        const message = Buffer.concat([Buffer.alloc(3), raw]);
        const text = tensorDataText({ name: 'y', datatype, shape: shape.map(String) }, message.subarray(3));
        expect(read(text, datatype, shape)).toEqual(raw);
        JSON.parse(text);
      }),
      { numRuns: 2000 },
    );
  });

  it('are refused by name when they are cut, doubled or changed, or read to what JSON.parse makes of them', () => {
    const change = fc.tuple(
      fc.nat(),
      fc.nat(3),
      fc.constantFrom('', '[', ']', ',', '1', '-', '"', 'e9', 'null', '{}'),
    );
    fc.assert(
      fc.property(sampleTensor, fc.boolean(), change, (tensor, nested, [at, length, put]) => {
        const { datatype, shape, values } = tensor;
        const texts = values.map(elementText);
        const whole = nested ? nestedText(texts, shape) : `[${texts.join(',')}]`;
        const from = at % (whole.length + 1);
        const text = whole.slice(0, from) + put + whole.slice(from + length);
        let raw: Buffer;
        try {
          raw = read(text, datatype, shape);
        } catch (error) {
          if (!isMeshError(error)) throw error;
          expect(['TENSOR_INVALID', 'INVALID_REQUEST']).toContain(error.reason);
          expect(error.message.length).toBeGreaterThan(10);
          return;
        }
        if (datatype.endsWith('64') && datatype !== 'FP64') return;
        const parsed = [JSON.parse(text) as unknown]
          .flat(9)
          .map((value) =>
            datatype.startsWith('FP') ? Number(value) : datatype === 'BOOL' ? Boolean(value) : value,
          );
        expect(raw).toEqual(rawOf(datatype, parsed));
      }),
      { numRuns: 3000 },
    );
  });

  it('keep integers of 64 bits exactly, as numbers and as texts', () => {
    const text = '[9223372036854775807, -9223372036854775808, 9007199254740993, "9007199254740993", 1e3, -0]';
    const values = [2n ** 63n - 1n, -(2n ** 63n), 9007199254740993n, 9007199254740993n, 1000n, 0n];
    expect(read(text, 'INT64', [6])).toEqual(rawOf('INT64', values));
    expect(read('[18446744073709551615]', 'UINT64', [1])).toEqual(rawOf('UINT64', [2n ** 64n - 1n]));
    expect(tensorDataText({ name: 'y', datatype: 'INT64', shape: ['6'] }, rawOf('INT64', values))).toBe(
      '[9223372036854775807,-9223372036854775808,9007199254740993,9007199254740993,1000,0]',
    );
  });

  it('take what NaN and the infinities are called in proto3 and in Python', () => {
    const texts = '["NaN","Infinity","-Infinity",NaN,Infinity,-Infinity]';
    const values = [Number.NaN, Infinity, -Infinity, Number.NaN, Infinity, -Infinity];
    expect(read(texts, 'FP32', [6])).toEqual(rawOf('FP32', values));
    expect(read(texts, 'FP64', [6])).toEqual(rawOf('FP64', values));
    expect(read(texts, 'FP16', [6]).toString('hex')).toBe('007e007c00fc007e007c00fc');
  });

  it('round FP16 to the nearest even', () => {
    expect(read('[2049,2051,1,65519]', 'FP16', [4]).toString('hex')).toBe('00680268003cff7b');
  });

  it('take 0 and 1 for false and true', () => {
    expect([...read('[true,false,1,0]', 'BOOL', [4])]).toEqual([1, 0, 1, 0]);
  });

  it('take a scalar with and without brackets', () => {
    expect(read('7', 'INT32', [])).toEqual(rawOf('INT32', [7]));
    expect(read('[7]', 'INT32', [])).toEqual(rawOf('INT32', [7]));
    expect(tensorDataText({ name: 'y', datatype: 'INT32', shape: [] }, rawOf('INT32', [7]))).toBe('[7]');
  });

  it.each([
    ['INT8', '[1,300]', [2], "input 'x' element 1 is 300, outside -128..127 of INT8"],
    ['UINT8', '[-1]', [1], "input 'x' element 0 is -1, outside 0..255 of UINT8"],
    ['INT32', '[0,1.5]', [2], "input 'x' element 1 is 1.5, where INT32 takes an integer"],
    ['INT32', '["1"]', [1], "input 'x' element 0 is a text, where INT32 takes an integer"],
    ['INT32', '[null]', [1], "input 'x' element 0 is null, where INT32 takes an integer"],
    ['INT64', '[9223372036854775808]', [1], 'element 0 is 9223372036854775808, outside'],
    ['UINT64', '[-1]', [1], 'element 0 is -1, outside 0..18446744073709551615 of UINT64'],
    ['INT64', '[1.00000000000000000000001]', [1], 'where INT64 takes an integer'],
    ['FP32', '[1e39]', [1], "input 'x' element 0 is 1e39, outside what FP32 holds"],
    ['FP64', '[-1e999]', [1], "input 'x' element 0 is -1e999, outside what FP64 holds"],
    ['FP16', '[65520]', [1], "input 'x' element 0 is 65520, outside what FP16 holds"],
    ['FP32', '["1.5"]', [1], "input 'x' element 0 is 1.5, where FP32 takes a number"],
    ['BOOL', '[2]', [1], "input 'x' element 0 is 2, where BOOL takes true or false"],
    ['BOOL', '["true"]', [1], "input 'x' element 0 is a text, where BOOL takes true or false"],
    ['BYTES', '["a",1]', [2], "input 'x' element 1 is another value, where BYTES takes a text"],
    ['BF16', '[1]', [1], 'Please use the binary data format'],
    ['FLOAT', '[1]', [1], "invalid datatype 'FLOAT' for input 'x'"],
    ['FP32', '[1,2]', [3], 'fewer elements than the 3 of its shape [3]'],
    ['FP32', '[1,2,3]', [2], 'more elements than its shape [2] takes, from element 2 on'],
    [
      'FP32',
      '[[1,2],[3]]',
      [2, 2],
      'is ragged: an array of dimension 1 has 1 entries where its shape [2,2] has 2',
    ],
    ['FP32', '[[1,2],3]', [2, 2], 'is ragged: at element 2 it is nested less deep'],
    ['FP32', '[[1,2],[3,4],[5,6]]', [2, 2], 'is ragged: an array of dimension 0 has 3 entries'],
    ['FP32', '[1,[2]]', [2], 'element 1 is an array'],
    ['FP32', '[[[1]]]', [1, 1], 'element 0 is an array'],
    ['FP32', '5', [1], "the data of input 'x' is not an array"],
    ['FP32', '[1]', [1e9, 1e9], 'fewer elements'],
    ['FP32', '[1]', Array(32).fill(2 ** 50), 'fewer elements'],
  ] as const)(
    'of %s: %s in shape %j is refused with its place and value',
    (datatype, text, shape, message) => {
      expect(() => read(text, datatype, shape)).toThrow(message);
    },
  );

  it('say which text can’t be told as JSON', () => {
    const raw = Buffer.from([1, 0, 0, 0, 0x41, 1, 0, 0, 0, 0xff]);
    expect(() => tensorDataText({ name: 'y', datatype: 'BYTES', shape: ['2'] }, raw)).toThrow(
      /output 'y' element 1 is not UTF-8 text.*binary_data/,
    );
  });
});
