import { describe, expect, it } from 'vitest';
import { completeModelConfig } from '../../../../services/inference/repository/config/complete-model-config.ts';
import { parseModelConfig } from '../../../../services/inference/repository/config/model-config-text.ts';
import { agreeOnShape } from '../../../../services/inference/repository/config/shape-agreement.ts';
import type { GivenConfig } from '../../../../services/inference/repository/serving-config.ts';
import type { Datatype } from '../../../../services/inference/tensors/datatype.ts';
import { describeShape } from '../../../../services/inference/tensors/model-shape.ts';
import { plainServing } from '../../loading/load-cycles.ts';

function given(pbtxt: string): GivenConfig {
  const parsed = parseModelConfig(pbtxt);
  if ('value' in parsed) return parsed.value;
  throw new Error(parsed.faults.join());
}

function port(name: string, datatype: Datatype, ...dims: (number | string)[]) {
  return {
    name,
    datatype,
    shape: dims.map((size) => (typeof size === 'number' ? size : -1)),
    symbols: dims.map((size) => (typeof size === 'number' ? '' : size)),
  };
}

const rows = describeShape(
  'm',
  [port('x', 'FP32', 'N', 4), port('t', 'BYTES', 'N', 'L')],
  [port('y', 'INT64', 'N')],
);
const literal = describeShape('m', [port('x', 'FP32', 'N', 4)], [port('y', 'FP32', 1)]);

function faultsOf(pbtxt: string, shape = rows): readonly string[] {
  const agreed = agreeOnShape(given(pbtxt), shape);
  return 'faults' in agreed ? agreed.faults : [];
}

describe('a configuration agrees with its model', () => {
  it('if it lists nothing', () => {
    expect(agreeOnShape(undefined, rows)).toEqual({ value: rows });
    expect(agreeOnShape(given('max_batch_size: 4'), rows)).toEqual({ value: rows });
  });

  it('if it lists what the model has, without the batch where it has one', () => {
    const inputs =
      'input { name: "x" data_type: TYPE_FP32 dims: 4 } input { name: "t" data_type: TYPE_STRING dims: -1 }';
    expect(faultsOf(`max_batch_size: 4 ${inputs} output { name: "y" data_type: TYPE_INT64 }`)).toEqual([]);
    expect(faultsOf('input { name: "x" dims: [-1, 4] } input { name: "t" dims: [-1, -1] }')).toEqual([]);
  });

  it('if it fixes a dimension that the model leaves open, and requests must then have it', () => {
    const config = given('max_batch_size: 4 input { name: "t" dims: 7 } input { name: "x" }');
    const agreed = agreeOnShape(config, rows);
    expect(agreed).toMatchObject({
      value: { inputs: [{ shape: [-1, 4] }, { shape: [-1, 7] }], openInside: false },
    });
  });

  it.each([
    [
      'max_batch_size: 4',
      literal,
      "max_batch_size: is 4, but the model's inputs and outputs do not share an open first dimension: 'x' [-1,4], 'y' [1]; use 0",
    ],
    ['input { name: "z" }', literal, "input 'z': the model has none of that name; it has 'x'"],
    ['output { name: "z" }', literal, "output 'z': the model has none of that name; it has 'y'"],
    ['input { name: "x" }', rows, "input: the model's 't' is not listed"],
    [
      'input { name: "x" data_type: TYPE_FP64 }',
      literal,
      "input 'x': data_type is TYPE_FP64, but the model's is TYPE_FP32",
    ],
    ['input { name: "x" dims: [ 4 ] }', literal, "input 'x': dims are [4], but the model's are [-1,4]"],
    [
      'input { name: "x" dims: [ -1, -1 ] }',
      literal,
      "input 'x': dims are [-1,-1], but the model's are [-1,4]",
    ],
    ['output { name: "y" dims: 2 }', literal, "output 'y': dims are [2], but the model's are [1]"],
    [
      'max_batch_size: 1 output { name: "y" dims: 2 }',
      rows,
      "output 'y': dims are [2], but the model's are [] without the batch",
    ],
  ])('but not by %s', (pbtxt, shape, fault) => {
    expect(faultsOf(pbtxt, shape)).toContain(fault);
  });
});

describe('the configuration in force', () => {
  it('leaves the batch out where requests share runs', () => {
    const config = completeModelConfig(rows, {
      ...plainServing,
      maxBatchRows: 16,
      maxRequestRows: 64,
      defaultTimeoutMs: 1.5,
      placement: 'worker',
      instances: 3,
    });
    expect(config).toMatchObject({
      name: 'm',
      platform: 'onnxruntime_onnx',
      backend: 'onnxruntime',
      versionPolicy: { policyChoice: 'all' },
      maxBatchSize: 16,
      input: [
        { name: 'x', dataType: 'TYPE_FP32', dims: ['4'] },
        { name: 't', dataType: 'TYPE_STRING', dims: ['-1'] },
      ],
      output: [{ name: 'y', dataType: 'TYPE_INT64', dims: [] }],
      instanceGroup: [{ count: 3, kind: 'KIND_CPU' }],
      defaultModelFilename: 'model.onnx',
      dynamicBatching: {
        maxQueueDelayMicroseconds: '0',
        priorityLevels: '3',
        defaultPriorityLevel: '2',
        defaultQueuePolicy: {
          timeoutAction: 'REJECT',
          defaultTimeoutMicroseconds: '1500',
          maxQueueSize: 8192,
        },
      },
      modelTransactionPolicy: { decoupled: false },
    });
  });

  it('has literal shapes where they do not', () => {
    const unbatched = { maxBatchSize: 0, dynamicBatching: null };
    expect(completeModelConfig(literal, plainServing)).toMatchObject({
      ...unbatched,
      input: [{ dims: ['-1', '4'] }],
    });
    expect(completeModelConfig(rows, { ...plainServing, batched: false })).toMatchObject({
      ...unbatched,
      input: [{ dims: ['-1', '4'] }, { dims: ['-1', '-1'] }],
    });
  });

  it('has a batch where one was given, even if requests do not share runs', () => {
    const config = given('max_batch_size: 8');
    const serving = { ...plainServing, batched: false, maxRequestRows: 8, given: config };
    expect(completeModelConfig(rows, serving)).toMatchObject({
      maxBatchSize: 8,
      dynamicBatching: null,
      input: [{ dims: ['4'] }, {}],
    });
  });

  it('tells what was given and has no effect', () => {
    const config = given(
      'max_batch_size: 8 version_policy { latest { num_versions: 2 } } metric_tags { key: "a" value: "b" } parameters { key: "p" value { string_value: "1" } } input { name: "x" format: FORMAT_NHWC } output { name: "y" label_filename: "l" }',
    );
    expect(completeModelConfig(rows, { ...plainServing, given: config })).toMatchObject({
      versionPolicy: { latest: { numVersions: 2 } },
      metricTags: { a: 'b' },
      parameters: { p: { stringValue: '1' } },
      input: [{ format: 'FORMAT_NHWC' }, { format: 'FORMAT_NONE' }],
      output: [{ labelFilename: 'l' }],
    });
  });
});
