import type { ModelInput__Output as ModelInput } from '../../../gen/inference/ModelInput.ts';
import type { ModelOutput__Output as ModelOutput } from '../../../gen/inference/ModelOutput.ts';
import type { ModelWarmup__Output as ModelWarmup } from '../../../gen/inference/ModelWarmup.ts';
import { type GivenConfig, maxInstances } from '../serving-config.ts';
import { parameterFaults } from './parameter-faults.ts';
import { policyFaults } from './version-policy.ts';

const lanes = 3;

/** Everything in a configuration that is wrong in itself, or that this server can't honour. What has no effect and harms nobody passes. */
export function configFaults(config: GivenConfig, model: string): string[] {
  return [
    ...whoFaults(config, model),
    ...policyFaults(config),
    ...portFaults('input', config.input),
    ...portFaults('output', config.output),
    ...instanceFaults(config),
    ...batchingFaults(config),
    ...fileNameFaults(config.defaultModelFilename),
    ...parameterFaults(config.parameters),
    ...config.modelWarmup.flatMap(warmupFaults),
    ...(config.modelTransactionPolicy?.decoupled
      ? ['model_transaction_policy.decoupled: each request gets one answer here; remove it']
      : []),
    ...(config.responseCache?.enable ? ['response_cache.enable: answers are not cached; remove it'] : []),
  ];
}

function whoFaults({ name, platform, backend, maxBatchSize }: GivenConfig, model: string): string[] {
  const faults: string[] = [];
  if (name !== '' && name !== model)
    faults.push(`name: is '${name}', but the model is '${model}'; they must agree, or leave it out`);
  if (platform !== '' && platform !== 'onnxruntime_onnx')
    faults.push(`platform: '${platform}' is not served, only 'onnxruntime_onnx'; export the model to ONNX`);
  if (backend !== '' && backend !== 'onnxruntime')
    faults.push(`backend: '${backend}' is not served, only 'onnxruntime'; export the model to ONNX`);
  if (maxBatchSize < 0)
    faults.push(`max_batch_size: is ${maxBatchSize}; use 0 for a model that is not batched`);
  return faults;
}

function portFaults(kind: 'input' | 'output', ports: readonly (ModelInput | ModelOutput)[]): string[] {
  const faults: string[] = [];
  const seen = new Set<string>();
  for (const port of ports) {
    const at = `${kind} '${port.name}'`;
    if (port.name === '') faults.push(`${kind}: one has no name`);
    else if (seen.has(port.name)) faults.push(`${at}: is listed twice`);
    seen.add(port.name);
    for (const size of port.dims)
      if (Number(size) < -1) faults.push(`${at}: dims has ${size}; use -1 where a dimension is open`);
    if (port.reshape !== null && String(port.reshape.shape) !== String(port.dims))
      faults.push(
        `${at}: reshape to [${port.reshape.shape}] is not done; give the dims that the model has and remove it`,
      );
    if (port.isShapeTensor) faults.push(`${at}: is_shape_tensor is for another engine; remove it`);
    if ('optional' in port && port.optional)
      faults.push(`${at}: optional is not possible, because ONNX Runtime needs every input; remove it`);
    if ('allowRaggedBatch' in port && port.allowRaggedBatch)
      faults.push(`${at}: allow_ragged_batch is not possible; requests of one shape share runs; remove it`);
  }
  return faults;
}

function instanceFaults({ instanceGroup }: GivenConfig): string[] {
  const faults: string[] = [];
  for (const { count, kind } of instanceGroup) {
    if (kind === 'KIND_GPU')
      faults.push('instance_group.kind: KIND_GPU is not possible, models run on the CPU here; use KIND_CPU');
    if (kind === 'KIND_MODEL')
      faults.push('instance_group.kind: KIND_MODEL says nothing about an ONNX model; use KIND_CPU');
    if (count < 0) faults.push(`instance_group.count: is ${count}; use 1 to ${maxInstances}`);
  }
  const total = instancesOf({ instanceGroup });
  if (total > maxInstances)
    faults.push(`instance_group: ${total} instances are more than the ${maxInstances} that are allowed`);
  return faults;
}

/** Of all groups together. */
export function instancesOf({ instanceGroup }: Pick<GivenConfig, 'instanceGroup'>): number {
  if (instanceGroup.length === 0) return 1;
  let total = 0;
  for (const { count } of instanceGroup) total += Math.max(1, count);
  return total;
}

function batchingFaults({ dynamicBatching }: GivenConfig): string[] {
  if (dynamicBatching === null) return [];
  const { defaultPriorityLevel, defaultQueuePolicy, priorityLevels, priorityQueuePolicy } = dynamicBatching;
  const faults: string[] = [];
  const levels = Number(priorityLevels) || lanes;
  if (levels > lanes)
    faults.push(`dynamic_batching.priority_levels: is ${priorityLevels}; there are ${lanes} priorities`);
  else if (Number(defaultPriorityLevel) > levels)
    faults.push(
      `dynamic_batching.default_priority_level: is ${defaultPriorityLevel}, but there are ${levels} priorities`,
    );
  if (defaultQueuePolicy?.timeoutAction === 'DELAY')
    faults.push(
      'dynamic_batching.default_queue_policy.timeout_action: DELAY is not possible, because an answer after its time is none; use REJECT',
    );
  if (Object.keys(priorityQueuePolicy).length > 0)
    faults.push(
      'dynamic_batching.priority_queue_policy: all priorities wait in one bounded queue; use default_queue_policy',
    );
  return faults;
}

/** The file must stand in the version's own folder. */
function fileNameFaults(fileName: string): string[] {
  if (fileName === '' || (/^[^/\\\0]{1,255}$/.test(fileName) && fileName !== '.' && fileName !== '..'))
    return [];
  return [
    `default_model_filename: ${JSON.stringify(fileName.slice(0, 300))} is no name of a file; name one in the version's folder, such as model.onnx`,
  ];
}

function warmupFaults(warmup: ModelWarmup, index: number): string[] {
  const at = `model_warmup '${warmup.name || index}'`;
  return Object.entries(warmup.inputs).flatMap(([input, { inputDataType, zeroData, randomData }]) => {
    if (inputDataType === 'inputDataFile')
      return [
        `${at}: input_data_file of '${input}' is not read; put the case into golden.json, which is run, too`,
      ];
    if (zeroData === true || randomData === true) return [];
    return [`${at}: '${input}' needs zero_data: true or random_data: true`];
  });
}
