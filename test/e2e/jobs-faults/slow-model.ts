import { buildModel, floats, type Node } from '../../inference/onnx-models.ts';

const width = 1024;
/** Some tens of milliseconds each: a second or two together. */
const products = 30;

/** Files of a model "slow": a number in, a number out, and a second or two of matrix products between. */
export function slowModel(): Readonly<Record<string, Buffer | string>> {
  const square = Array.from({ length: width * width }, (_unused, place) => ((place % 7) - 3) / width);
  const ones = Array.from({ length: width }, () => 1);
  const nodes = Array.from(
    { length: products },
    (_unused, place): Node => ({ op: 'MatMul', inputs: [`h${place}`, 'w'], outputs: [`h${place + 1}`] }),
  );
  const model = buildModel({
    inputs: [{ name: 'x', type: 'FP32', shape: [1, 1] }],
    outputs: [{ name: 'y', type: 'FP32', shape: [1, 1] }],
    constants: [
      floats('w', [width, width], square),
      floats('row', [1, width], ones),
      floats('column', [width, 1], ones),
    ],
    nodes: [
      { op: 'Add', inputs: ['w', 'x'], outputs: ['h0'] },
      ...nodes,
      { op: 'MatMul', inputs: ['row', `h${products}`], outputs: ['sums'] },
      { op: 'MatMul', inputs: ['sums', 'column'], outputs: ['y'] },
    ],
  });
  return {
    'slow/1/model.onnx': model,
    'slow/1/model.yaml':
      'inputs: { a: { type: number } }\ntensors: { x: { columns: [a] } }\noutputs: { score: { tensor: y } }\nserving: { placement: worker }\n',
  };
}
