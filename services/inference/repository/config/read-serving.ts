import { dirname, join } from 'node:path';
import type { InferenceConfig } from '../../config.ts';
import type { ModelYaml } from '../model-yaml.ts';
import type { FoundVersion } from '../repository.ts';
import type { GivenConfig, Priority, ServingConfig } from '../serving-config.ts';
import { configFaults, instancesOf } from './config-faults.ts';
import { configFile, readConfigFile, unusableConfig } from './config-file.ts';

export type ServingDefaults = Pick<InferenceConfig, 'maxBatchRows' | 'maxQueuedRows'>;

// ONNX Runtime copies what it is given; more at once would be felt by everyone else on the machine.
const maxTensorBytes = 2 ** 30;
const defaultPriority: Priority = 2;

/**
 * How a version is served: `override` or else its config.pbtxt, then `serving` of its model.yaml over it, then the defaults. A
 * registered version may have a config.pbtxt of its own; the others have that of their model. Fails with MODEL_INVALID, naming everything
 * that can't be honoured.
 */
export async function readServing(
  found: FoundVersion,
  config: ServingDefaults & Pick<InferenceConfig, 'modelsFolder' | 'registryFolder'>,
  yaml: ModelYaml['serving'],
  override: GivenConfig | undefined,
): Promise<ServingConfig> {
  const { model } = found;
  if (override !== undefined) {
    const faults = configFaults(override, model);
    if (faults.length > 0) throw unusableConfig(`the configuration given for ${model}`, faults);
    return servingOf(override, yaml, config);
  }
  const own = await readConfigFile(found.folder, `${model}/${found.version}`);
  const given = own ?? (await readConfigFile(modelFolderOf(found, config), model));
  const faults = given === undefined ? [] : configFaults(given, model);
  if (own?.versionPolicy)
    faults.push(`version_policy: is for the whole model; put it into '${model}/${configFile}', or remove it`);
  if (faults.length > 0)
    throw unusableConfig(`${own === undefined ? model : `${model}/${found.version}`}/${configFile}`, faults);
  return servingOf(given, yaml, config);
}

/** What a sound configuration and model.yaml make of the defaults. */
export function servingOf(
  given: GivenConfig | undefined,
  yaml: ModelYaml['serving'] = {},
  defaults: ServingDefaults,
): ServingConfig {
  const batchSize = given?.maxBatchSize ?? 0;
  const queue = given?.dynamicBatching?.defaultQueuePolicy;
  const timeoutMs = Number(queue?.defaultTimeoutMicroseconds ?? 0) / 1000;
  const batchRows = batchSize > 0 ? batchSize : defaults.maxBatchRows;
  const maxQueuedRows = yaml.max_queued_rows ?? (queue?.maxQueueSize || defaults.maxQueuedRows);
  return {
    batched: yaml.max_batch_rows !== undefined || !forbidsBatches(given),
    maxBatchRows: yaml.max_batch_rows ?? batchRows,
    batchDependentRows: yaml.batch_dependent_rows ?? false,
    maxQueuedRows,
    // A request that is larger than the queue could never wait in it.
    maxRequestRows: Math.min(yaml.max_request_rows ?? batchRows, maxQueuedRows),
    maxTensorBytes: yaml.max_tensor_bytes ?? maxTensorBytes,
    instances: yaml.instances ?? (given === undefined ? 1 : instancesOf(given)),
    placement: yaml.placement,
    defaultTimeoutMs: yaml.default_timeout_ms ?? (timeoutMs > 0 ? timeoutMs : undefined),
    defaultPriority: yaml.default_priority ?? priorityOf(given),
    warmup: given?.modelWarmup ?? [],
    fileName: given?.defaultModelFilename || 'model.onnx',
    given,
  };
}

/**
 * Whether a configuration says that shapes are literal: with a max_batch_size of 0 that is written, or left out where inputs and
 * outputs are listed, because what is listed then is all of a shape.
 */
function forbidsBatches(given: GivenConfig | undefined): boolean {
  if (given === undefined || given.maxBatchSize > 0) return false;
  return given.statesMaxBatchSize === true || (given.input.length > 0 && given.output.length > 0);
}

function priorityOf(given: GivenConfig | undefined): Priority {
  const batching = given?.dynamicBatching;
  if (!batching) return defaultPriority;
  const level =
    Number(batching.defaultPriorityLevel) || Math.min(defaultPriority, Number(batching.priorityLevels) || 3);
  return level === 1 ? 1 : level === 2 ? 2 : 3;
}

/** A registered version that brought no config.pbtxt has that of the folder of models. */
function modelFolderOf(
  { folder, model }: FoundVersion,
  config: Pick<InferenceConfig, 'modelsFolder' | 'registryFolder'>,
): string {
  const modelFolder = dirname(folder);
  return modelFolder === join(config.registryFolder, model) ? join(config.modelsFolder, model) : modelFolder;
}
