import type { AuditContract, FeatureContract, ModelContract } from '../../contracts.ts';
import type { ModelInferRequest__Output as ModelInferRequest } from '../../gen/inference/ModelInferRequest.ts';
import type { ModelInferResponse__Output as ModelInferResponse } from '../../gen/inference/ModelInferResponse.ts';
import type { Model__Output as Model } from '../../gen/scoremesh/inference/v1/Model.ts';
import type { OutputDifference__Output as OutputDifference } from '../../gen/scoremesh/scoring/v1/OutputDifference.ts';
import type { ReplayResponse__Output as ReplayResponse } from '../../gen/scoremesh/scoring/v1/ReplayResponse.ts';
import type { Call } from '../../kit/contract/call.ts';
import type { Client } from '../../kit/contract/contract.ts';
import type { Reason } from '../../kit/errors/catalogue.ts';
import { isMeshError, MeshError } from '../../kit/errors/mesh-error.ts';
import { type Outputs, outputsOf } from '../answer.ts';
import { planOf, type ScorePlan } from '../score-plan.ts';
import { inferRequest } from '../tensors.ts';
import { batchSiblings } from './batch-siblings.ts';
import { readAgain } from './feature-skew.ts';
import { givenTensors, outputDifferences } from './output-comparison.ts';
import { omittedOutputs, type RecordedAnswer } from './recorded-answer.ts';
import { runtimeText } from './runtime-text.ts';
import { verdictOf } from './verdict.ts';
import { changedFeatures, changedInference, changedRequest, sortChanges } from './what-if.ts';

export interface RunDeps {
  readonly audit: Pick<Client<AuditContract>, 'QueryRecords'>;
  readonly features: Pick<Client<FeatureContract>, 'GetFeatures'>;
  readonly models: Pick<Client<ModelContract>, 'RunContent'>;
}

/** What running an answer again found. */
export type Found = Pick<ReplayResponse, 'verdict' | 'explanation'> &
  Partial<Pick<ReplayResponse, 'replayed' | 'differences' | 'replayedRuntime'>>;

/** Of a content: it is gone, or it can't be loaded by what this is now. */
const contentGone: ReadonlySet<Reason> = new Set(['MODEL_CONTENT_NOT_FOUND', 'MODEL_INVALID']);
/** Of a request that once was answered: what the model takes is declared differently now. */
const misfits: ReadonlySet<Reason> = new Set([
  ...(['TENSOR_INVALID', 'INPUT_TYPE_MISMATCH', 'INPUT_OUT_OF_RANGE', 'MODEL_INVALID'] as const),
]);

/** Gives the content that answered what it was given then, with changes if there are any, and compares what it answers. */
export async function runAgain(
  deps: RunDeps,
  answer: RecordedAnswer,
  changes: Outputs,
  call: Call,
): Promise<Found> {
  let model: Model;
  try {
    model = (await run(deps, answer, [], call)).model;
  } catch (error) {
    if (!isMeshError(error) || !contentGone.has(error.reason)) throw error;
    return { verdict: 'REPLAY_VERDICT_MODEL_MISSING', explanation: error.message };
  }
  const plan = planAsThen(model, answer);
  const isWhatIf = Object.keys(changes).length > 0;
  // What is wrong with changes is the caller's to know.
  const own = isWhatIf
    ? await changedRun(deps, answer, changes, plan, call)
    : { request: undefined, note: '' };
  try {
    const batch = await batchOf(deps, answer, plan, call);
    if ('verdict' in batch) return batch;
    const requests = batch.map((member) =>
      member === answer ? (own.request ?? requestOf(member, plan)) : requestOf(member, plan),
    );
    const { responses } = await run(deps, answer, requests, call);
    const response = responses[batch.indexOf(answer)];
    if (response === undefined) throw new Error(`${requests.length} requests, ${responses.length} responses`);
    const replayed = answeredBy(plan, answer, response);
    const replayedRuntime = runtimeText(model.runtime);
    if (isWhatIf)
      return {
        verdict: 'REPLAY_VERDICT_WHAT_IF',
        explanation: `it was run with ${Object.keys(changes).join(', ')} changed${own.note}`,
        replayed,
        replayedRuntime,
      };
    const differences = differencesOf(plan, answer, response, replayed);
    return { ...verdictOf(answer, model, differences, batch.length), replayed, replayedRuntime, differences };
  } catch (error) {
    if (!isMeshError(error)) throw error;
    if (error.reason === 'INFERENCE_FAILED' && !isWhatIf) {
      const { verdict, explanation } = verdictOf(answer, model, undefined, 1);
      return {
        verdict,
        explanation: `${explanation}: ${error.message}`,
        replayedRuntime: runtimeText(model.runtime),
      };
    }
    if (isWhatIf || !misfits.has(error.reason)) throw error;
    return {
      verdict: 'REPLAY_VERDICT_MODEL_MISSING',
      explanation: `the model's file is there, but what is declared about it was changed since: ${error.message}`,
    };
  }
}

interface Run {
  readonly responses: readonly ModelInferResponse[];
  readonly model: Model;
}

async function run(
  { models }: RunDeps,
  { event }: RecordedAnswer,
  requests: ModelInferRequest[],
  call: Call,
): Promise<Run> {
  const { name = '', version = 0, digest = '' } = event.model ?? {};
  const { responses, model } = await models.RunContent({ name, version, digest, requests }, call);
  if (model === null) throw new MeshError('INTERNAL', `RunContent of ${name} ${version} described no model`);
  return { responses, model };
}

/** The plan that the answer was made by: today's, with the threshold of then. */
function planAsThen(model: Model, { asked }: RecordedAnswer): ScorePlan {
  const { decision } = model;
  const threshold = asked.kind === 'prediction' ? asked.threshold : undefined;
  if (decision === null || threshold === undefined) return planOf(model);
  return planOf({ ...model, decision: { ...decision, threshold } });
}

/** The answers whose rows make up the run: its own alone, unless they depend on those of others. */
async function batchOf(
  { audit }: RunDeps,
  answer: RecordedAnswer,
  plan: ScorePlan,
  call: Call,
): ReturnType<typeof batchSiblings> {
  const rowsOf = (member: RecordedAnswer): number => Number(requestOf(member, plan).inputs[0]?.shape[0] ?? 1);
  if (answer.event.batchId === '' || rowsOf(answer) === answer.event.batchSize) return [answer];
  return batchSiblings(answer, rowsOf, audit, call);
}

function requestOf({ asked }: RecordedAnswer, plan: ScorePlan): ModelInferRequest {
  if (asked.kind === 'inference') return asked.request;
  return inferRequest(plan, asked.request, asked.features?.values);
}

/** What is asked instead, and what is not in it. */
async function changedRun(
  { features }: RunDeps,
  { asked }: RecordedAnswer,
  changes: Outputs,
  plan: ScorePlan,
  call: Call,
): Promise<{ request: ModelInferRequest; note: string }> {
  if (asked.kind === 'inference')
    return { request: changedInference(asked.request, changes, plan), note: '' };
  const read = asked.features;
  const sorted = sortChanges(changes, plan, read?.set);
  const request = changedRequest(asked.request, sorted.inputs, plan);
  if (read === undefined) return { request: inferRequest(plan, request, undefined), note: '' };
  // Expressions of the set may read the inputs that were changed.
  const readsInputs = read.set.inputs.some(({ name }) => Object.hasOwn(sorted.inputs, name));
  const values = readsInputs ? await readAgain(features, read, request, 'as of then', call) : read.values;
  const hasExpressions = read.set.features.some((name) => !name.includes('.'));
  const note =
    hasExpressions && Object.keys(sorted.features).length > 0
      ? '; expressions of the feature set kept what they gave for the features that were read'
      : '';
  return { request: inferRequest(plan, request, changedFeatures(read.set, values, sorted.features)), note };
}

/** The answer by the names that the caller knows. */
function answeredBy(plan: ScorePlan, { asked }: RecordedAnswer, response: ModelInferResponse): Outputs {
  if (asked.kind === 'prediction') return outputsOf(plan, response);
  const outputs: Outputs = {};
  for (const [place, { name, datatype, shape }] of response.outputs.entries()) {
    const data = response.rawOutputContents[place] ?? Buffer.alloc(0);
    outputs[name] = { kind: 'tensor', tensor: { datatype, shape, data } };
  }
  return outputs;
}

function differencesOf(
  plan: ScorePlan,
  answer: RecordedAnswer,
  response: ModelInferResponse,
  replayed: Outputs,
): OutputDifference[] {
  const isPrediction = answer.asked.kind === 'prediction';
  const { decision, ...tensors } = answer.outputs;
  const decides = isPrediction && plan.model.decision !== null && decision !== undefined;
  const named = isPrediction
    ? plan.model.scoreOutputs
    : response.outputs.map(({ name }) => ({ name, tensor: name }));
  const differences = outputDifferences(
    decides ? tensors : answer.outputs,
    givenTensors(response, named),
    omittedOutputs(answer),
  );
  if (decides && decision.text !== replayed.decision?.text)
    differences.push({ output: 'decision', maxUlp: '0', elements: '1' });
  return differences;
}
