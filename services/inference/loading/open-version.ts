import { join } from 'node:path';
import { MeshError } from '../../kit/errors/mesh-error.ts';
import type { InferenceConfig } from '../config.ts';
import { readServing } from '../repository/config/read-serving.ts';
import { agreeOnShape } from '../repository/config/shape-agreement.ts';
import { checkManifest } from '../repository/manifest.ts';
import { type ModelYaml, parseModelYaml } from '../repository/model-yaml.ts';
import { type FoundVersion, readOptional } from '../repository/repository.ts';
import type { GivenConfig } from '../repository/serving-config.ts';
import type { LoadedModel, Loader } from './loader.ts';

/**
 * Loads a version as its files say, `override` in place of config.pbtxt. Fails with MODEL_INVALID if they can't be used or do not agree
 * with each other, and as Loader.load does; nothing stays open then.
 */
export async function openVersion(
  found: FoundVersion,
  override: GivenConfig | undefined,
  config: InferenceConfig,
  loader: Loader,
): Promise<LoadedModel> {
  const name = `${found.model}/${found.version}`;
  const manifest = await checkManifest(found.folder);
  if (typeof manifest !== 'string')
    throw new MeshError('MODEL_INVALID', `'${name}' is not as its manifest.json says: ${manifest.fault}`);
  const yaml = await readModelYaml(found.folder, name);
  const serving = await readServing(found, config, yaml?.serving, override);
  const loaded = await loader.load(found, serving, yaml);
  const agreed = agreeOnShape(serving.given, loaded.shape);
  if ('value' in agreed) return { ...loaded, shape: agreed.value };
  await loaded.executor.close();
  throw new MeshError(
    'MODEL_INVALID',
    `'${name}' can't be used: its configuration does not agree with the model: ${agreed.faults.join('; ')}`,
  );
}

async function readModelYaml(folder: string, name: string): Promise<ModelYaml | undefined> {
  const text = await readOptional(join(folder, 'model.yaml'));
  if (text === undefined) return undefined;
  const parsed = typeof text === 'string' ? parseModelYaml(text) : text;
  if ('value' in parsed) return parsed.value;
  throw new MeshError('MODEL_INVALID', `'${name}/model.yaml' can't be used: ${parsed.faults.join('; ')}`);
}
