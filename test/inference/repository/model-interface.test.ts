import { describe, expect, it } from 'vitest';
import { readInterface } from '../../../services/inference/repository/model-interface.ts';
import { parseModelYaml } from '../../../services/inference/repository/model-yaml.ts';
import type { TensorInfo } from '../../../services/inference/tensors/tensor.ts';

const info = (name: string, shape: number[], datatype: TensorInfo['datatype'] = 'FP32'): TensorInfo => ({
  name,
  datatype,
  shape,
  symbols: shape.map(() => ''),
});
const flights = {
  inputs: [info('request', [-1, 3]), info('features', [-1, 20])],
  outputs: [info('late_probability', [-1, 1])],
};
const complete = `
description: whether a flight will be late
feature_set: flight_delay_v1
inputs:
  minute_of_day: { type: number, min: 0, max: 1439, description: of departure }
  day_of_week: { type: integer, min: 1, max: 7 }
  distance: { type: number, allow_not_finite: true }
tensors:
  request: { columns: [minute_of_day, day_of_week, distance] }
  features: { feature_set: flight_delay_v1 }
outputs:
  late_probability: { tensor: late_probability }
decision: { output: late_probability, threshold: 0.5, above: late, below: on_time }
audit: deferred
subject: passenger
`;

function read(text: string, model = flights): ReturnType<typeof readInterface> {
  const yaml = parseModelYaml(text);
  return 'faults' in yaml ? yaml : readInterface(yaml.value, model);
}

function faults(text: string, model = flights): readonly string[] {
  const result = read(text, model);
  return 'faults' in result ? result.faults : [];
}

describe('model.yaml', () => {
  it('says how requests become tensors and outputs an answer', () => {
    expect(read(complete)).toEqual({
      value: {
        description: 'whether a flight will be late',
        featureSet: 'flight_delay_v1',
        requestInputs: [
          {
            name: 'minute_of_day',
            type: 'number',
            min: 0,
            _min: 'min',
            max: 1439,
            _max: 'max',
            allowNotFinite: false,
            description: 'of departure',
          },
          {
            name: 'day_of_week',
            type: 'integer',
            min: 1,
            _min: 'min',
            max: 7,
            _max: 'max',
            allowNotFinite: false,
            description: '',
          },
          { name: 'distance', type: 'number', allowNotFinite: true, description: '' },
        ],
        sources: [
          {
            tensor: 'request',
            columns: ['minute_of_day', 'day_of_week', 'distance'],
            featureSet: '',
            input: '',
          },
          { tensor: 'features', columns: [], featureSet: 'flight_delay_v1', input: '' },
        ],
        scoreOutputs: [{ name: 'late_probability', tensor: 'late_probability' }],
        decision: { output: 'late_probability', threshold: 0.5, above: 'late', below: 'on_time' },
        audit: 'AUDIT_MODE_DEFERRED',
        subject: 'passenger',
      },
    });
  });

  it('may be empty: then every tensor is a request input and every output is answered', () => {
    const model = { inputs: [info('x', [-1, 2])], outputs: [info('y', [-1]), info('z', [-1])] };
    expect(read('', model)).toMatchObject({
      value: {
        requestInputs: [{ name: 'x', type: 'tensor' }],
        sources: [{ tensor: 'x', input: 'x' }],
        scoreOutputs: [{ name: 'y' }, { name: 'z' }],
        audit: 'AUDIT_MODE_REQUIRED',
        subject: '',
      },
    });
  });

  it('is refused with every difference from the model at once', () => {
    const text = `
feature_set: other
inputs:
  a: { type: text }
  unused: { type: number }
tensors:
  request: { columns: [a, b] }
  nowhere: { input: a }
outputs:
  p: { tensor: missing }
decision: { output: q, threshold: 1, above: a, below: b }
`;
    expect(faults(text)).toEqual([
      "tensors: the model's input 'features' is missing",
      'tensors.request: 2 columns are named, but its shape is [-1,3]',
      "tensors.request.columns: 'a' is a text; a column is a number, integer or flag",
      "tensors.request.columns: 'b' is not among inputs",
      "tensors.nowhere: the model has no input 'nowhere'; it has 'request', 'features'",
      'inputs.unused: no tensor reads it',
      "outputs.p: the model has no output 'missing'; it has 'late_probability'",
      "decision.output: 'q' is not among outputs, which are 'p'",
      "feature_set: no tensor is filled from 'other'",
    ]);
  });

  it.each([
    ['an unknown key', 'colour: red', 'Unrecognized key: "colour"'],
    [
      'a source of two kinds',
      'tensors: { request: { columns: [a], input: b } }',
      'needs exactly one of columns, feature_set, input',
    ],
    ['a source of no kind', 'tensors: { request: {} }', 'needs exactly one of'],
    ['an unknown type', 'inputs: { a: { type: float } }', 'inputs.a.type: Invalid option'],
    [
      'a range of text',
      'inputs: { a: { type: text, min: 1 } }',
      'min and max are for number and integer, not text',
    ],
    ['a range upside down', 'inputs: { a: { type: number, min: 2, max: 1 } }', 'min 2 is above max 1'],
    ['another audit mode', 'audit: sometimes', 'audit: Invalid option'],
    ['a list', '- a', 'the file: Invalid input'],
    ['what is no YAML', 'a: [', 'at line 1'],
    ['a key given twice', 'audit: required\naudit: deferred', 'Map keys must be unique'],
  ])('is refused for %s', (_what, text, fault) => {
    expect(faults(text).join('; ')).toContain(fault);
  });

  it.each([
    [
      'columns into texts',
      [info('x', [-1, 1], 'BYTES')],
      'columns need a tensor of FP32, FP64, INT64, but its datatype is BYTES',
    ],
    [
      'columns into another rank',
      [info('x', [-1])],
      'columns need a tensor of rank 2, but its shape is [-1]',
    ],
    ['columns into several fixed rows', [info('x', [2, 1])], 'one row must fit, but its shape is [2,1]'],
  ])('is refused for %s', (_what, inputs, fault) => {
    const text = 'inputs: { a: { type: number } }\ntensors: { x: { columns: [a] } }';
    expect(faults(text, { inputs, outputs: flights.outputs })).toEqual([expect.stringContaining(fault)]);
  });

  it('is refused when a text meets a tensor of numbers', () => {
    const text = 'inputs: { a: { type: text } }\ntensors: { x: { input: a } }';
    expect(faults(text, { inputs: [info('x', [-1])], outputs: flights.outputs })).toEqual([
      "tensors.x.input: 'a' is a text, but the tensor's datatype is FP32",
    ]);
  });
});
