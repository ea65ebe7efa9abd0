import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildModel, type Constant, floats, type Node } from '../inference/onnx-models.ts';

/** Dense layers of these widths with Relu between them, of fixed pseudo-random weights; any number of rows of "x". */
export function denseModel(widths: readonly number[]): Buffer {
  const next = randomNumbers();
  const constants: Constant[] = [];
  const nodes: Node[] = [];
  let last = 'x';
  for (const [layer, width] of widths.slice(1).entries()) {
    const inputs = widths[layer] ?? 0;
    const output = layer === widths.length - 2 ? 'y' : `dense${layer}`;
    const weights = Array.from({ length: inputs * width }, () => next() / Math.sqrt(inputs));
    constants.push(floats(`w${layer}`, [inputs, width], weights));
    nodes.push({ op: 'MatMul', inputs: [last, `w${layer}`], outputs: [output] });
    if (output === 'y') break;
    nodes.push({ op: 'Relu', inputs: [output], outputs: [`relu${layer}`] });
    last = `relu${layer}`;
  }
  return buildModel({
    inputs: [{ name: 'x', type: 'FP32', shape: ['N', widths[0] ?? 0] }],
    outputs: [{ name: 'y', type: 'FP32', shape: ['N', widths.at(-1) ?? 0] }],
    constants,
    nodes,
  });
}

/** One row of `width` numbers through the same layer again and again: it takes its time, and no other row fits beside it. */
export function deepModel(width: number, depth: number): Buffer {
  const next = randomNumbers();
  const weights = Array.from({ length: width * width }, () => next() / Math.sqrt(width));
  const nodes = Array.from({ length: depth }, (_, layer): Node[] => [
    { op: 'MatMul', inputs: [layer === 0 ? 'x' : `relu${layer - 1}`, 'w'], outputs: [`dense${layer}`] },
    { op: 'Relu', inputs: [`dense${layer}`], outputs: [layer === depth - 1 ? 'y' : `relu${layer}`] },
  ]).flat();
  const shape = [1, width];
  return buildModel({
    inputs: [{ name: 'x', type: 'FP32', shape }],
    outputs: [{ name: 'y', type: 'FP32', shape }],
    constants: [floats('w', [width, width], weights)],
    nodes,
  });
}

/** Writes files by their path below a folder. */
export function writeFiles(folder: string, files: Readonly<Record<string, Buffer | string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

/** Between -0.5 and 0.5, the same ones every time: the minimal standard generator of Park and Miller. */
function randomNumbers(): () => number {
  let state = 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647 - 0.5;
  };
}
