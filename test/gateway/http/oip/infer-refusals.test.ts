import { describe, expect, it } from 'vitest';
import { testClosers } from '../../../kit/rpc/processes.ts';
import { errorOf, headerLength, inferPath, input, octets, recording } from './infer-fixture.ts';

const closers = testClosers();

describe('inference over REST', () => {
  it.each([
    ['an empty body', '', 'expected'],
    ['no JSON', 'nope', 'expected'],
    ['an array', '[]', "expected '{'"],
    ['something behind the JSON', '{"inputs":[]}x', 'expected nothing more'],
    ['no inputs', '{}', 'inputs: is missing'],
    ['inputs twice', '{"inputs":[],"inputs":[]}', 'inputs: is given twice'],
    ['an id that is no text', '{"id":1,"inputs":[]}', 'expected a text'],
    ['no name', { inputs: [{ shape: [], datatype: 'FP32', data: [1] }] }, 'inputs[0].name: is missing'],
    ['no shape', { inputs: [{ name: 'x', datatype: 'FP32', data: [1] }] }, 'inputs[0].shape: is missing'],
    ['no datatype', { inputs: [{ name: 'x', shape: [], data: [1] }] }, 'inputs[0].datatype: is missing'],
    ['data twice', '{"inputs":[{"data":[1],"data":[2]}]}', 'inputs[0].data: is given twice'],
    ['no content', { inputs: [input({ data: undefined })] }, 'must set only one of the following fields'],
    [
      'content twice',
      { inputs: [input({ parameters: { binary_data_size: 8 } })] },
      "But set 'data' 'binary_data_size'",
    ],
    ['a negative dimension', { inputs: [input({ shape: [-1] })] }, 'dimension 0 of inputs[0].shape is -1'],
    ['a fractional dimension', { inputs: [input({ shape: [1.5] })] }, 'is 1.5'],
    ['33 dimensions', { inputs: [input({ shape: Array(33).fill(1) })] }, 'more than 32 dimensions'],
    ['a parameter that is null', { parameters: { a: null }, inputs: [] }, 'parameters.a: is null'],
    ['a parameter that is an array', { parameters: { a: [] }, inputs: [] }, 'parameters.a: is an array'],
    ['a parameter twice', '{"parameters":{"a":1,"a":2},"inputs":[]}', "has 'a' twice"],
    ['a prototype', '{"parameters":{"__proto__":1},"inputs":[]}', '__proto__'],
    [
      'a parameter too large',
      '{"parameters":{"a":18446744073709551616},"inputs":[]}',
      'outside what 64 bits hold',
    ],
    [
      'a size that is no number',
      { inputs: [input({ parameters: { binary_data_size: '8' } })] },
      'binary_data_size',
    ],
    ['a flag that is no boolean', { parameters: { binary_data_output: 1 }, inputs: [] }, 'is no boolean'],
    ['an output without a name', { inputs: [], outputs: [{}] }, 'outputs[0].name: is missing'],
    ['2000 inputs', { inputs: Array(2000).fill({}) }, 'inputs'],
    ['2000 outputs', { inputs: [], outputs: Array(2000).fill({ name: 'x' }) }, 'more than 1024 entries'],
    [
      '300 parameters',
      { parameters: Object.fromEntries(Array.from({ length: 300 }, (_, i) => [i, 1])) },
      '256',
    ],
    ['a deep nesting', `{"more":${'['.repeat(10_000)}`, 'nested more than 64 deep'],
    ['a deep nesting of data', `{"inputs":[{"data":${'['.repeat(10_000)}`, 'nested more than 64 deep'],
  ])('refuses %s with what is wrong', async (_what, body, message) => {
    const { post } = await recording(closers);
    const response = await post(inferPath, body);
    expect(response.status).toBe(400);
    const { error, reason } = await errorOf(response);
    expect(error).toContain(message);
    expect(['INVALID_REQUEST', 'TENSOR_INVALID']).toContain(reason);
  });

  it.each([
    ['nonsense', '{"inputs":[]}', 'should be in range'],
    ['-1', '{"inputs":[]}', 'should be in range'],
    ['999', '{"inputs":[]}', 'should be in range (0, 13), got: 999'],
    ['13', '{"inputs":[]}abc', "unexpected additional input data for model 'm': 3 bytes"],
    ['5', '{"inputs":[]}', 'a text does not end'],
    [
      '91',
      '{"inputs":[{"name":"x","datatype":"INT8","shape":[9],"parameters":{"binary_data_size":9}}]}12',
      "unexpected size for input 'x', expecting 7 additional bytes for model 'm'",
    ],
  ])('refuses a header length of %s that does not fit its body', async (length, body, message) => {
    const { post } = await recording(closers);
    const response = await post(inferPath, body, { ...octets, [headerLength]: length });
    expect(response.status).toBe(400);
    expect((await errorOf(response)).error).toContain(message);
  });
});
