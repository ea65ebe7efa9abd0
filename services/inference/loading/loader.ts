import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MeshError } from '../../kit/errors/mesh-error.ts';
import { loadSession, type Session } from '../execution/session.ts';
import { type ModelInterface, readInterface } from '../repository/model-interface.ts';
import { type ModelYaml, parseModelYaml } from '../repository/model-yaml.ts';
import { type FoundVersion, readOptional } from '../repository/repository.ts';
import { describeShape, type ModelShape } from '../tensors/model-shape.ts';
import { type Batching, probeBatching } from './batch-probe.ts';

/** A version that can answer. */
export interface LoadedModel {
  readonly session: Session;
  readonly shape: ModelShape;
  readonly declared: ModelInterface;
  readonly batching: Batching;
}

/**
 * Reads a version's files, loads the model and compares the two. Blocks the JavaScript thread while ONNX Runtime builds the
 * session and for some probing runs. Fails with MODEL_INVALID, naming the file and every fault in it; nothing stays open then.
 */
export async function loadModel(found: FoundVersion): Promise<LoadedModel> {
  const at = `${found.model}/${found.version}`;
  const yaml = await readModelYaml(found, at);
  const bytes = await readFile(join(found.folder, 'model.onnx')).catch((error: NodeJS.ErrnoException) => {
    const what = error.code === 'ENOENT' ? 'is missing' : `can't be read: ${error.message}`;
    throw new MeshError('MODEL_INVALID', `'${at}/model.onnx' ${what}`, {}, error);
  });
  const session = loadSession(bytes);
  const declared = readInterface(yaml, session);
  if ('faults' in declared) {
    session.close();
    throw yamlError(at, declared.faults);
  }
  const shape = describeShape(found.model, session.inputs, session.outputs);
  return { session, shape, declared: declared.value, batching: probeBatching(shape, session) };
}

async function readModelYaml(found: FoundVersion, at: string): Promise<ModelYaml | undefined> {
  const text = await readOptional(join(found.folder, 'model.yaml'));
  if (text === undefined) return undefined;
  const parsed = typeof text === 'string' ? parseModelYaml(text) : text;
  if ('faults' in parsed) throw yamlError(at, parsed.faults);
  return parsed.value;
}

function yamlError(at: string, faults: readonly string[]): MeshError {
  return new MeshError('MODEL_INVALID', `'${at}/model.yaml' can't be used: ${faults.join('; ')}`);
}
