import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Model__Output as Model } from '../../../services/gen/scoremesh/inference/v1/Model.ts';
import type { ModelChange__Output as ModelChange } from '../../../services/gen/scoremesh/inference/v1/ModelChange.ts';
import type { RegisterModelHeader__Output as Header } from '../../../services/gen/scoremesh/inference/v1/RegisterModelHeader.ts';
import type { RegisterModelRequest__Output as RegisterModelRequest } from '../../../services/gen/scoremesh/inference/v1/RegisterModelRequest.ts';
import type { Call } from '../../../services/kit/contract/call.ts';
import { createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import {
  floatsOf,
  type ModelFiles,
  newCall,
  rowsRequest,
  type TestService,
  writeModels,
} from '../mesh-parts.ts';

/** Puts files into a folder of models as one: all of a version's files are there, or none. */
export async function placeVersion(folder: string, version: string, files: ModelFiles): Promise<void> {
  const closers = createClosers(silentLog);
  const drafted = await writeModels(files, closers);
  await rm(join(folder, version), { recursive: true, force: true });
  await rename(drafted, join(folder, version));
}

export async function listed({ models }: TestService): Promise<string[]> {
  const list = await models.ListModels({}, newCall());
  return list.models.map(
    ({ name, version, state, aliases }) =>
      `${name} ${version} ${state.slice(12)}${aliases.map((alias) => ` @${alias}`).join('')}`,
  );
}

export async function modelOf(service: TestService, model: string): Promise<Model> {
  const found = await service.models.GetModel({ model }, newCall());
  return found.model!;
}

/** What the model answers to x = 1. */
export async function answerOf(service: TestService, model: string): Promise<number | undefined> {
  const answer = await service.inference.ModelInfer(rowsRequest(model, [[1]]), newCall());
  return floatsOf(answer.rawOutputContents[0])[0];
}

/** Resolves with the models once the condition holds. */
export async function whenModels(
  { models }: TestService,
  holds: (models: readonly Model[]) => boolean,
): Promise<readonly Model[]> {
  for await (const snapshot of models.WatchModels({}, newCall()))
    if (holds(snapshot.models)) return snapshot.models;
  throw new Error('the watch ended before');
}

/** All changes until now. */
export async function changesOf({ models }: TestService): Promise<ModelChange[]> {
  for await (const { changes } of models.WatchModels({}, newCall())) return changes;
  throw new Error('the watch told nothing');
}

/** As one line each. */
export async function changeLines(service: TestService): Promise<string[]> {
  return (await changesOf(service)).map(
    ({ kind, model, version, alias, principal, previousVersion }) =>
      `${kind.slice(18)} ${model}${alias && `@${alias}`} ${version}${previousVersion ? ` from ${previousVersion}` : ''} by ${principal}`,
  );
}

export function headerOf(header: Partial<Header>): RegisterModelRequest {
  return { part: 'header', header: { name: 'm', version: 0, path: '', aliases: [], ...header } };
}

export function chunkOf(file: string, data: Buffer | string): RegisterModelRequest {
  return { part: 'chunk', chunk: { file, data: Buffer.from(data) } };
}

export function endOf(digest = ''): RegisterModelRequest {
  return { part: 'end', end: { digest } };
}

export async function* messages(...all: RegisterModelRequest[]): AsyncGenerator<RegisterModelRequest> {
  yield* all;
}

/** Registers a version; resolves with the states that were told. */
export async function registered(
  { models }: TestService,
  requests: AsyncIterable<RegisterModelRequest>,
  call: Call = newCall(),
): Promise<string[]> {
  const told: string[] = [];
  for await (const { model } of models.RegisterModel(requests, call))
    told.push(`${model?.name} ${model?.version} ${model?.state.slice(12)}`);
  return told;
}
