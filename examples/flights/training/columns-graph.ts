import { DAY_MINUTES } from '../calendar.ts';
import { clockTable, DERIVED_COLUMNS, REQUEST_COLUMNS } from '../request.ts';
import { floatTensor, type Graph, type GraphNode, intAttribute, intTensor } from './onnx.ts';

/** What `columnsGraph` leaves for a model to read: float32 of shape [N, columns of a sample]. */
export const COLUMNS = 'columns';
export const PROBABILITY = 'late_probability';

/**
 * The part that both models share: the inputs `request` and `features`, and the nodes that derive the columns of
 * request.ts from them. `columns` is how many a sample has, the derived ones and the features.
 *
 * Every node treats each row alone, and the clock is looked up, not computed: vectorised sines may round differently in
 * the last rows of a batch. So a row gets the same bits in any batch.
 */
export function columnsGraph(columns: number): Pick<Graph, 'inputs' | 'outputs' | 'constants' | 'nodes'> {
  const nodes: GraphNode[] = [
    {
      op: 'Split',
      inputs: ['request', 'one_each'],
      outputs: [...REQUEST_COLUMNS],
      attributes: [intAttribute('axis', 1)],
    },
    // To a whole minute inside the table, whatever is asked: GatherND fails the whole batch for one bad row.
    {
      op: 'Cast',
      inputs: ['minute_of_day'],
      outputs: ['whole_minute'],
      attributes: [intAttribute('to', INT64)],
    },
    { op: 'Clip', inputs: ['whole_minute', 'first_minute', 'last_minute'], outputs: ['clock_index'] },
    { op: 'GatherND', inputs: ['clock', 'clock_index'], outputs: ['hour_sin_cos'] },
    {
      op: 'Mod',
      inputs: ['minute_of_day', 'five'],
      outputs: ['minute_mod_5'],
      attributes: [intAttribute('fmod', 1)],
    },
    {
      op: 'Concat',
      inputs: ['hour_sin_cos', ...REQUEST_COLUMNS, 'minute_mod_5', 'features'],
      outputs: [COLUMNS],
      attributes: [intAttribute('axis', 1)],
    },
  ];
  return {
    inputs: [
      { name: 'request', columns: REQUEST_COLUMNS.length },
      { name: 'features', columns: columns - DERIVED_COLUMNS.length },
    ],
    outputs: [{ name: PROBABILITY, columns: 1 }],
    constants: [
      intTensor('one_each', [REQUEST_COLUMNS.length], [1, 1, 1]),
      intTensor('first_minute', [], [0]),
      intTensor('last_minute', [], [DAY_MINUTES - 1]),
      floatTensor('clock', [DAY_MINUTES, 2], clockTable()),
      floatTensor('five', [], [5]),
    ],
    nodes,
  };
}

/** TensorProto.DataType.INT64, as the operator Cast spells it. */
const INT64 = 7;
