import type {
  InferTensorContents,
  InferTensorContents__Output,
} from '../gen/inference/InferTensorContents.ts';
import type { ModelInferRequest__Output as ModelInferRequest } from '../gen/inference/ModelInferRequest.ts';
import type { ModelInferResponse__Output as ModelInferResponse } from '../gen/inference/ModelInferResponse.ts';
import type { OmittedPayload__Output as OmittedPayload } from '../gen/scoremesh/audit/v1/OmittedPayload.ts';
import type { ModelVersion__Output as ModelVersion } from '../gen/scoremesh/scoring/v1/ModelVersion.ts';
import { messageCodec } from '../kit/contract/protos.ts';
import { invalidRequest, MeshError } from '../kit/errors/mesh-error.ts';
import type { Batch } from './inferred.ts';
import { largestKept, omit } from './omitted-payload.ts';
import { encodePersonal, encodeRecord, nobody, type Occasion, type RecordParts } from './records.ts';
import { maxKeyLength } from './request-inputs.ts';
import type { ScorePlan } from './score-plan.ts';

/** Characters of all that describes the tensors of a request: its record has to hold them. */
const maxDescription = 8 * 1024;
/** What an entry takes beside its characters, at most. */
const entryCost = 16;

const contentsCodec = messageCodec<InferTensorContents, InferTensorContents__Output>(
  'inference.InferTensorContents',
);
const noData = Buffer.alloc(0);
const noParameters: ModelInferResponse['parameters'] = Object.freeze({});

/**
 * The record of an answered ModelInfer. Of contents that are too large together the largest are left out, with their digest: of
 * typed contents it is that of the serialized InferTensorContents.
 */
export function inferenceRecord(
  occasion: Occasion,
  answer: {
    readonly request: ModelInferRequest;
    readonly plan: ScorePlan;
    readonly model: ModelVersion;
    readonly response: ModelInferResponse;
    readonly batch: Batch;
    readonly maxPayloadBytes: number;
  },
): RecordParts {
  const omitted: OmittedPayload[] = [];
  const { model, plan, batch, maxPayloadBytes } = answer;
  let { request } = answer;
  const { modelName, modelVersion, id, outputs, rawOutputContents: whole } = answer.response;
  let response: ModelInferResponse = {
    modelName,
    modelVersion,
    id,
    parameters: noParameters,
    outputs,
    rawOutputContents: whole,
  };
  if (contentBytes(request) + rawBytes(response.rawOutputContents) > maxPayloadBytes) {
    const limit = largestKept(contentSizes(request, response), maxPayloadBytes);
    request = slimRequest(request, limit, omitted);
    const rawOutputContents = slimRaw(whole, 'response', outputs, limit, omitted);
    response = { ...response, rawOutputContents };
  }
  const { batchSize, batchClass, batchId, batchRow } = batch;
  const record = encodeRecord(occasion, {
    inference: { model, batchSize, batchClass, batchId, batchRow, runtime: plan.model.runtime },
  });
  const personal = encodePersonal({ inference: { request, response, omitted } });
  return { record, personal, ...nobody, subject: subjectOfInference(plan, answer.request) };
}

/** The parameter of a request that names the key of the data subject, where the model declares one. */
const subjectParameter = 'subject';

function subjectOfInference({ model: { subject } }: ScorePlan, { parameters }: ModelInferRequest): string {
  const key = subject === '' ? '' : (parameters[subjectParameter]?.stringParam ?? '');
  return key === '' ? '' : `${subject}=${key}`;
}

/** Refuses a request to a model with a data subject that does not name one: its record could be neither exported nor erased. */
export function checkSubject({ model: { name, subject } }: ScorePlan, request: ModelInferRequest): void {
  if (subject === '') return;
  const key = request.parameters[subjectParameter]?.stringParam ?? '';
  if (key !== '' && key.length <= maxKeyLength) return;
  throw new MeshError(
    'ENTITY_MISSING',
    `model "${name}" is about a ${subject}, whose data its records are: name its key, at most ${maxKeyLength} characters, in the string parameter "${subjectParameter}" of the request`,
    { violations: [{ field: `parameters.${subjectParameter}`, description: 'missing, or too long' }] },
  );
}

/** Refuses a request that no record could hold, whatever its tensors. */
export function checkDescription(request: ModelInferRequest): void {
  let size = request.modelName.length + request.modelVersion.length + request.id.length;
  size += parametersSize(request.parameters);
  for (const { name, datatype, shape, parameters } of request.inputs)
    size += entryCost + name.length + datatype.length + shape.length * entryCost + parametersSize(parameters);
  for (const { name, parameters } of request.outputs)
    size += entryCost + name.length + parametersSize(parameters);
  if (size <= maxDescription) return;
  throw invalidRequest([
    {
      field: 'parameters',
      description: `names, shapes, id and parameters of the request take ${size} characters; ${maxDescription} is the most`,
    },
  ]);
}

function parametersSize(parameters: ModelInferRequest['parameters']): number {
  let size = 0;
  for (const name in parameters)
    size += entryCost + name.length + (parameters[name]?.stringParam?.length ?? 0);
  return size;
}

function contentBytes({ inputs, rawInputContents }: ModelInferRequest): number {
  let bytes = rawBytes(rawInputContents);
  for (const { contents } of inputs) if (contents !== null) bytes += typedBytes(contents);
  return bytes;
}

function rawBytes(contents: readonly Buffer[]): number {
  let bytes = 0;
  for (const { length } of contents) bytes += length;
  return bytes;
}

/** The most that typed contents take in a record. */
function typedBytes(contents: InferTensorContents__Output): number {
  const { boolContents, intContents, int64Contents, uintContents, uint64Contents } = contents;
  const { fp32Contents, fp64Contents, bytesContents } = contents;
  let bytes = boolContents.length + uintContents.length * 5 + fp32Contents.length * 4;
  bytes += (intContents.length + int64Contents.length + uint64Contents.length) * 10;
  bytes += fp64Contents.length * 8;
  for (const { length } of bytesContents) bytes += length + 5;
  return bytes;
}

function contentSizes(request: ModelInferRequest, response: ModelInferResponse): number[] {
  const sizes: number[] = [];
  for (const { length } of request.rawInputContents) sizes.push(length);
  for (const { contents } of request.inputs) if (contents !== null) sizes.push(typedBytes(contents));
  for (const { length } of response.rawOutputContents) sizes.push(length);
  return sizes;
}

function slimRequest(
  request: ModelInferRequest,
  limit: number,
  omitted: OmittedPayload[],
): ModelInferRequest {
  return {
    ...request,
    inputs: request.inputs.map((input) => {
      if (input.contents === null || typedBytes(input.contents) <= limit) return input;
      omitted.push(omit(`request.${input.name}`, contentsCodec.encode(input.contents)));
      return { ...input, contents: null };
    }),
    rawInputContents: slimRaw(request.rawInputContents, 'request', request.inputs, limit, omitted),
  };
}

/** The n-th raw content belongs to the n-th tensor. */
function slimRaw(
  contents: Buffer[],
  path: string,
  tensors: readonly { readonly name: string }[],
  limit: number,
  omitted: OmittedPayload[],
): Buffer[] {
  return contents.map((data, place) => {
    if (data.length <= limit) return data;
    omitted.push(omit(`${path}.${tensors[place]?.name ?? place}`, data));
    return noData;
  });
}
