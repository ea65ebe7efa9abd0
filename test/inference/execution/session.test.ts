import { describe, expect, it } from 'vitest';
import { loadSession } from '../../../services/inference/execution/session.ts';
import { type Datatype, encodings } from '../../../services/inference/tensors/datatype.ts';
import { identityModel, linearModel } from '../onnx-models.ts';

const numeric = (Object.keys(encodings) as Datatype[]).filter((name) => name !== 'BYTES');

describe('a session', () => {
  it.each(numeric)('passes %s through bit by bit, from bytes that are not aligned', (datatype) => {
    const session = loadSession(identityModel(datatype, ['N', 2]));
    const { sizeBytes } = encodings[datatype];
    const length = 6 * sizeBytes;
    const bytes = new Uint8Array(length + 1).map((_, i) => (datatype === 'BOOL' ? i % 2 : (i * 37) % 251));
    for (const offset of [0, 1]) {
      const data = bytes.subarray(offset, offset + length);
      const [output] = session.run([{ datatype, shape: [3, 2], data }]);
      expect(output).toEqual({ datatype, shape: [3, 2], data: Uint8Array.from(data) });
    }
    session.close();
  });

  it('passes texts through', () => {
    const session = loadSession(identityModel('BYTES', ['N']));
    const data = ['', 'é', '日本', 'a b'];
    expect(session.run([{ datatype: 'BYTES', shape: [4], data }])).toEqual([
      { datatype: 'BYTES', shape: [4], data },
    ]);
    session.close();
  });

  it('takes tensors without dimensions and without elements', () => {
    const scalar = loadSession(identityModel('INT32', []));
    const one = new Uint8Array(Int32Array.from([7]).buffer);
    expect(scalar.run([{ datatype: 'INT32', shape: [], data: one }])[0]?.data).toEqual(one);
    const table = loadSession(identityModel('FP32', ['N', 'M']));
    expect(table.run([{ datatype: 'FP32', shape: [0, 3], data: new Uint8Array(0) }])[0]?.shape).toEqual([
      0, 3,
    ]);
  });

  it('tells the names of open dimensions', () => {
    const session = loadSession(linearModel([1, 2], 3));
    expect(session.inputs).toEqual([{ name: 'x', datatype: 'FP32', shape: [-1, 2], symbols: ['N', ''] }]);
    session.close();
  });

  it.each([
    ['no bytes', Buffer.alloc(0), "can't load model.onnx"],
    ['bytes that are no model', Buffer.from('hello'), "can't load model.onnx"],
    ['a model cut in half', linearModel([1, 2], 3).subarray(0, 60), "can't load model.onnx"],
    ['a type that can not be carried', identityModel('BF16', ['N']), "input 'x' has ONNX element type 16"],
    ['naming every port that can not', identityModel('BF16', ['N']), "; output 'y' has ONNX element type 16"],
  ])('refuses %s', (_what, bytes, message) => {
    expect(() => loadSession(bytes)).toThrow(
      expect.objectContaining({ reason: 'MODEL_INVALID', message: expect.stringContaining(message) }),
    );
  });

  it("fails a run with ONNX Runtime's own message", () => {
    const session = loadSession(linearModel([1, 2], 3));
    expect(() => session.run([{ datatype: 'FP32', shape: [1, 3], data: new Uint8Array(12) }])).toThrow(
      expect.objectContaining({
        reason: 'INFERENCE_FAILED',
        message: expect.stringContaining('invalid dimensions'),
      }),
    );
    session.close();
  });
});
