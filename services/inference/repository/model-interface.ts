import type { Model__Output as Model } from '../../gen/scoremesh/inference/v1/Model.ts';
import type { RequestInput__Output as RequestInput } from '../../gen/scoremesh/inference/v1/RequestInput.ts';
import type { TensorSource__Output as TensorSource } from '../../gen/scoremesh/inference/v1/TensorSource.ts';
import type { TensorInfo } from '../tensors/tensor.ts';
import type { ModelYaml, Parsed } from './model-yaml.ts';

/** How a score request becomes the model's tensors, and its outputs an answer. */
export type ModelInterface = Pick<
  Model,
  | 'description'
  | 'featureSet'
  | 'requestInputs'
  | 'sources'
  | 'scoreOutputs'
  | 'decision'
  | 'audit'
  | 'subject'
>;

interface Ports {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
}

const columnDatatypes = ['FP32', 'FP64', 'INT64'];

/** Compares `model.yaml` with the model: its interface, or everything in which they differ. */
export function readInterface(yaml: ModelYaml | undefined, model: Ports): Parsed<ModelInterface> {
  const faults: string[] = [];
  const inputs = yaml?.inputs;
  const tensors = yaml?.tensors;
  const passesThrough = inputs === undefined && tensors === undefined;
  const sources = passesThrough
    ? model.inputs.map(({ name }) => inputSource(name, name))
    : declaredSources(yaml?.tensors ?? {}, model);
  if (!passesThrough) checkSources(yaml, model, faults);
  const scoreOutputs =
    yaml?.outputs === undefined
      ? model.outputs.map(({ name }) => ({ name, tensor: name }))
      : Object.entries(yaml.outputs).map(([name, { tensor }]) => ({ name, tensor }));
  for (const { name, tensor } of scoreOutputs) {
    if (!model.outputs.some((info) => info.name === tensor))
      faults.push(`outputs.${name}: the model has no output '${tensor}'; it has ${names(model.outputs)}`);
  }
  checkDecision(yaml, scoreOutputs, model, faults);
  if (yaml?.feature_set !== undefined && !sources.some((source) => source.featureSet === yaml.feature_set))
    faults.push(`feature_set: no tensor is filled from '${yaml.feature_set}'`);
  if (faults.length > 0) return { faults };

  return {
    value: {
      description: yaml?.description ?? '',
      featureSet: yaml?.feature_set ?? '',
      requestInputs: passesThrough ? model.inputs.map(tensorInput) : declaredInputs(inputs ?? {}),
      sources,
      scoreOutputs,
      decision: yaml?.decision ?? null,
      audit: yaml?.audit === 'deferred' ? 'AUDIT_MODE_DEFERRED' : 'AUDIT_MODE_REQUIRED',
      subject: yaml?.subject ?? '',
    },
  };
}

function checkSources(yaml: ModelYaml | undefined, model: Ports, faults: string[]): void {
  const inputs = yaml?.inputs ?? {};
  const tensors = yaml?.tensors ?? {};
  const used = new Set<string>();
  for (const info of model.inputs) {
    if (!Object.hasOwn(tensors, info.name))
      faults.push(`tensors: the model's input '${info.name}' is missing`);
  }
  for (const [name, source] of Object.entries(tensors)) {
    const at = `tensors.${name}`;
    const info = model.inputs.find((input) => input.name === name);
    if (info === undefined) {
      faults.push(`${at}: the model has no input '${name}'; it has ${names(model.inputs)}`);
      continue;
    }
    if (source.columns !== undefined) {
      checkTable(info, source.columns.length, at, faults);
      for (const column of source.columns) {
        used.add(column);
        const type = Object.hasOwn(inputs, column) ? inputs[column]?.type : undefined;
        if (type === undefined) faults.push(`${at}.columns: '${column}' is not among inputs`);
        else if (type === 'text' || type === 'tensor')
          faults.push(`${at}.columns: '${column}' is a ${type}; a column is a number, integer or flag`);
      }
    } else if (source.feature_set !== undefined) {
      checkTable(info, undefined, at, faults);
      if (source.feature_set !== yaml?.feature_set)
        faults.push(
          `${at}.feature_set: '${source.feature_set}' is not the model's feature_set, which is ${yaml?.feature_set ?? 'not set'}`,
        );
    } else if (source.input !== undefined) {
      used.add(source.input);
      const type = Object.hasOwn(inputs, source.input) ? inputs[source.input]?.type : undefined;
      if (type === undefined) faults.push(`${at}.input: '${source.input}' is not among inputs`);
      else if (type !== 'tensor' && (type === 'text') !== (info.datatype === 'BYTES'))
        faults.push(
          `${at}.input: '${source.input}' is a ${type}, but the tensor's datatype is ${info.datatype}`,
        );
    }
  }
  for (const name of Object.keys(inputs)) {
    if (!used.has(name)) faults.push(`inputs.${name}: no tensor reads it`);
  }
}

/** One row of `columns` numbers must fit. */
function checkTable(info: TensorInfo, columns: number | undefined, at: string, faults: string[]): void {
  const [rows, width] = info.shape;
  if (!columnDatatypes.includes(info.datatype))
    faults.push(
      `${at}: columns need a tensor of ${columnDatatypes.join(', ')}, but its datatype is ${info.datatype}`,
    );
  if (info.shape.length !== 2 || rows === undefined || width === undefined)
    faults.push(`${at}: columns need a tensor of rank 2, but its shape is [${info.shape.join(',')}]`);
  else if (rows !== -1 && rows !== 1)
    faults.push(`${at}: one row must fit, but its shape is [${info.shape.join(',')}]`);
  else if (columns !== undefined && width !== -1 && width !== columns)
    faults.push(`${at}: ${columns} columns are named, but its shape is [${info.shape.join(',')}]`);
}

function checkDecision(
  yaml: ModelYaml | undefined,
  scoreOutputs: readonly { name: string; tensor: string }[],
  model: Ports,
  faults: string[],
): void {
  const decision = yaml?.decision;
  if (decision === undefined) return;
  const output = scoreOutputs.find(({ name }) => name === decision.output);
  if (output === undefined) {
    faults.push(
      `decision.output: '${decision.output}' is not among outputs, which are ${names(scoreOutputs)}`,
    );
    return;
  }
  const info = model.outputs.find(({ name }) => name === output.tensor);
  if (info?.datatype === 'BYTES' || info?.datatype === 'BOOL')
    faults.push(`decision.output: '${decision.output}' is ${info.datatype}; a threshold needs a number`);
}

function declaredSources(tensors: NonNullable<ModelYaml['tensors']>, model: Ports): TensorSource[] {
  return model.inputs.map(({ name }) => {
    const source = Object.hasOwn(tensors, name) ? tensors[name] : undefined;
    return {
      tensor: name,
      columns: source?.columns ?? [],
      featureSet: source?.feature_set ?? '',
      input: source?.input ?? '',
    };
  });
}

function declaredInputs(inputs: NonNullable<ModelYaml['inputs']>): RequestInput[] {
  return Object.entries(inputs).map(([name, input]) => ({
    name,
    type: input.type,
    allowNotFinite: input.allow_not_finite,
    description: input.description,
    ...(input.min === undefined ? {} : { min: input.min, _min: 'min' as const }),
    ...(input.max === undefined ? {} : { max: input.max, _max: 'max' as const }),
  }));
}

function tensorInput({ name }: TensorInfo): RequestInput {
  // Nothing is declared about it, so nothing is refused: a tensor may hold NaN.
  return { name, type: 'tensor', allowNotFinite: true, description: '' };
}

function inputSource(tensor: string, input: string): TensorSource {
  return { tensor, columns: [], featureSet: '', input };
}

function names(named: readonly { readonly name: string }[]): string {
  return named.map(({ name }) => `'${name}'`).join(', ');
}
