import { describe, expect, it } from 'vitest';
import { describeShape } from '../../../services/inference/tensors/model-shape.ts';
import type { TensorInfo } from '../../../services/inference/tensors/tensor.ts';

type Dimension = number | string;
/** A text is open and has that name; an empty one has none. */
const port = (name: string, ...shape: Dimension[]): TensorInfo => ({
  name,
  datatype: 'FP32',
  shape: shape.map((size) => (typeof size === 'number' ? size : -1)),
  symbols: shape.map((size) => (typeof size === 'number' ? '' : size)),
});

describe('requests stack along the first dimension', () => {
  it.each<[string, boolean, TensorInfo[], TensorInfo[]]>([
    ['if all leave it open under one name', true, [port('x', 'N', 3)], [port('y', 'N', 1)]],
    ['if nothing has a name', true, [port('x', '', 3)], [port('y', '', 1)]],
    ['if an output calls it otherwise', true, [port('x', 'N', 3)], [port('y', 'unk__7', 1)]],
    ['if an output gives it no name', true, [port('x', 'N', 3, '', '')], [port('y', '', '', 97)]],
    ['not if an input fixes it', false, [port('x', 1, 3)], [port('y', 'N', 1)]],
    ['not if an output fixes it', false, [port('x', 'N', 3)], [port('y', 1)]],
    ['not if an output is a scalar', false, [port('x', 'N', 3)], [port('y')]],
    ['not if inputs name it differently', false, [port('a', 'N'), port('b', 'M')], [port('y', 'N')]],
    ['not if it stands elsewhere, too', false, [port('x', 'N', 'N')], [port('y', 'N')]],
    ['not if it stands elsewhere in an output', false, [port('x', 'N', 3)], [port('y', 'N', 'N')]],
    ["not if an output's first is another of an input", false, [port('x', 'N', 'T')], [port('y', 'T', 'N')]],
    ["not if an output's rows are an input's columns", false, [port('x', 'N', 'T')], [port('y', 'T', 5)]],
    ['not without inputs', false, [], [port('y', 'N')]],
    ['not without outputs', false, [port('x', 'N')], []],
  ])('%s', (_when, stackable, inputs, outputs) => {
    expect(describeShape('m', inputs, outputs).stackable).toBe(stackable);
  });
});

it('knows the open dimensions that must agree, and whether others than the first are open', () => {
  const shape = describeShape(
    'm',
    [port('a', 'N', 'M'), port('b', 'N', 4, 'M')],
    [port('y', 'N'), port('z', 'N')],
  );
  expect(shape.sharedSymbols).toEqual([
    { input: 1, axis: 0, firstInput: 0, firstAxis: 0, symbol: 'N' },
    { input: 1, axis: 2, firstInput: 0, firstAxis: 1, symbol: 'M' },
  ]);
  expect(shape.openInside).toBe(true);
  expect(shape.allOutputs).toEqual([0, 1]);
  expect(describeShape('m', [port('x', 'N', 3)], [port('y', 'N')]).openInside).toBe(false);
});
