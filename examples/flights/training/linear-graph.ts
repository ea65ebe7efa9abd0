import { COLUMNS, columnsGraph, PROBABILITY } from './columns-graph.ts';
import type { LinearModel } from './linear.ts';
import { encodeModel, floatTensor, type GraphNode, intAttribute, intTensor } from './onnx.ts';

/**
 * The model file of a linear model: the shared columns scaled, missing values at 0, flags of missing values, the
 * weighted sum, Sigmoid.
 *
 * The weights are a constant, which ONNX Runtime packs once; with packed weights a MatMul adds up every row in the same
 * order whatever the batch.
 */
export function linearGraph(model: LinearModel, name: string, description: string): Uint8Array {
  const columns = model.weights.length;
  const shared = columnsGraph(columns);
  const flags = model.flagged.length;
  const nodes: GraphNode[] = [
    { op: 'IsNaN', inputs: [COLUMNS], outputs: ['missing'] },
    { op: 'Sub', inputs: [COLUMNS, 'means'], outputs: ['centred'] },
    { op: 'Mul', inputs: ['centred', 'scales'], outputs: ['scaled'] },
    { op: 'Where', inputs: ['missing', 'zero', 'scaled'], outputs: ['imputed'] },
    { op: 'Cast', inputs: ['missing'], outputs: ['flags'], attributes: [intAttribute('to', FLOAT)] },
    {
      op: 'Gather',
      inputs: ['flags', 'flagged'],
      outputs: ['kept_flags'],
      attributes: [intAttribute('axis', 1)],
    },
    {
      op: 'Concat',
      inputs: ['imputed', 'kept_flags'],
      outputs: ['design'],
      attributes: [intAttribute('axis', 1)],
    },
    { op: 'MatMul', inputs: ['design', 'weights'], outputs: ['weighted'] },
    { op: 'Add', inputs: ['weighted', 'bias'], outputs: ['log_odds'] },
    { op: 'Sigmoid', inputs: ['log_odds'], outputs: [PROBABILITY] },
  ];
  return encodeModel({
    ...shared,
    name,
    description,
    nodes: [...shared.nodes, ...nodes],
    constants: [
      ...shared.constants,
      floatTensor('means', [columns], model.means),
      floatTensor('scales', [columns], model.scales),
      floatTensor('zero', [], [0]),
      intTensor('flagged', [flags], model.flagged),
      floatTensor('weights', [columns + flags, 1], [...model.weights, ...model.flagWeights]),
      floatTensor('bias', [1], [model.bias]),
    ],
  });
}

/** TensorProto.DataType.FLOAT, as the operator Cast spells it. */
const FLOAT = 1;
