import type { ModelInferRequest__Output as ModelInferRequest } from '../../gen/inference/ModelInferRequest.ts';
import type { FeatureSet__Output as FeatureSet } from '../../gen/scoremesh/feature/v1/FeatureSet.ts';
import type { GetFeaturesResponse__Output as GetFeaturesResponse } from '../../gen/scoremesh/feature/v1/GetFeaturesResponse.ts';
import type { ScoreRequest__Output as ScoreRequest } from '../../gen/scoremesh/scoring/v1/ScoreRequest.ts';
import type { Value__Output as Value } from '../../gen/scoremesh/scoring/v1/Value.ts';
import { invalidRequest, MeshError } from '../../kit/errors/mesh-error.ts';
import type { Outputs } from '../answer.ts';
import { datatypes } from '../datatypes.ts';
import { checkInputs, checkRequest } from '../request-inputs.ts';
import type { ScorePlan } from '../score-plan.ts';
import { inferRequest } from '../tensors.ts';

/** What to change of a prediction: request inputs, and features. */
export interface Changes {
  readonly inputs: Outputs;
  readonly features: Outputs;
}

/** Tells inputs from features; a name that is both is the input's. Throws INPUT_UNKNOWN for one that is neither. */
export function sortChanges(changes: Outputs, plan: ScorePlan, set: FeatureSet | undefined): Changes {
  const inputs: Outputs = {};
  const features: Outputs = {};
  for (const [name, value] of Object.entries(changes)) {
    if (plan.inputs.has(name)) inputs[name] = value;
    else if (set?.features.includes(name)) features[name] = value;
    else {
      const known = [...plan.inputs.keys(), ...(set?.features ?? [])].join(', ') || 'none';
      throw new MeshError(
        'INPUT_UNKNOWN',
        `model "${plan.model.name}" has no input or feature "${name.slice(0, 128)}"; it has ${known}`,
        violation(name, 'unknown'),
      );
    }
  }
  return { inputs, features };
}

/** The request with other inputs, checked as any request is. */
export function changedRequest(request: ScoreRequest, inputs: Outputs, plan: ScorePlan): ScoreRequest {
  const changed = { ...request, inputs: { ...request.inputs, ...inputs } };
  checkRequest(changed);
  checkInputs(changed, plan);
  return changed;
}

/** The features with other values. Throws the error of the first fault. */
export function changedFeatures(
  set: FeatureSet,
  values: GetFeaturesResponse,
  features: Outputs,
): GetFeaturesResponse {
  let place = 0;
  const blocks = values.blocks.map((block) => {
    const from = place;
    place += block.features;
    const names = set.features.slice(from, place);
    if (!names.some((name) => Object.hasOwn(features, name))) return block;
    const type = datatypes[block.datatype];
    const data = Buffer.from(block.data);
    for (const [column, name] of names.entries()) {
      const value = Object.hasOwn(features, name) ? features[name] : undefined;
      if (value === undefined) continue;
      const number = numberOf(name, value);
      if (type === undefined || !type.holds(number))
        throw new MeshError(
          'INPUT_OUT_OF_RANGE',
          `feature "${name}" is ${number}, which ${block.datatype} can't hold`,
          violation(name, `does not fit ${block.datatype}`),
        );
      type.write(data, column * type.sizeBytes, number);
    }
    return { ...block, data };
  });
  return { ...values, blocks };
}

function numberOf(name: string, { kind, number, integer, flag }: Value): number | bigint {
  if (kind === 'flag') return flag ? 1 : 0;
  if (kind === 'integer') return BigInt(integer ?? 0);
  if (kind === 'number' && Number.isFinite(number)) return number ?? 0;
  const is = kind === 'number' ? String(number) : `of kind ${kind ?? 'null'}`;
  throw new MeshError(
    'INPUT_TYPE_MISMATCH',
    `feature "${name}" is ${is}; give a finite number, an integer or a flag`,
    violation(name, 'must be a number, integer or flag'),
  );
}

/** An inference with other input tensors: whole ones, or single values for tensors of one element. */
export function changedInference(
  request: ModelInferRequest,
  changes: Outputs,
  plan: ScorePlan,
): ModelInferRequest {
  const names = Object.keys(changes);
  const tensors = plan.model.inputs
    .filter(({ name }) => names.includes(name))
    .map((spec) => ({ spec, source: { tensor: spec.name, columns: [], featureSet: '', input: spec.name } }));
  const unknown = names.find((name) => !tensors.some(({ spec }) => spec.name === name));
  if (unknown !== undefined) {
    const known = plan.model.inputs.map(({ name }) => name).join(', ');
    throw new MeshError(
      'INPUT_UNKNOWN',
      `model "${plan.model.name}" has no input "${unknown.slice(0, 128)}"; it has ${known}`,
      violation(unknown, 'unknown'),
    );
  }
  if (request.rawInputContents.length !== request.inputs.length)
    throw invalidRequest([
      {
        field: 'changes',
        description: 'the recorded request has typed contents, which can’t be changed; send it anew instead',
      },
    ]);
  const scoreRequest = { model: '', requestId: '', entities: {}, inputs: changes, includeFeatures: false };
  const changed = inferRequest({ ...plan, tensors }, scoreRequest, undefined);
  const inputs = [...request.inputs];
  const rawInputContents = [...request.rawInputContents];
  for (const [i, input] of changed.inputs.entries()) {
    const place = inputs.findIndex(({ name }) => name === input.name);
    const raw = changed.rawInputContents[i];
    if (place < 0 || raw === undefined) continue;
    inputs[place] = input;
    rawInputContents[place] = raw;
  }
  return { ...request, inputs, rawInputContents };
}

function violation(name: string, description: string): ConstructorParameters<typeof MeshError>[2] {
  return { violations: [{ field: `changes.${name.slice(0, 64)}`, description }] };
}
