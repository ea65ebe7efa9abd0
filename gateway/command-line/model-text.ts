import type { Model__Output as Model } from '../../services/gen/scoremesh/inference/v1/Model.ts';
import type { ModelChange__Output as ModelChange } from '../../services/gen/scoremesh/inference/v1/ModelChange.ts';

/** What can be asked for: one line for each version, and what it needs below. */
export function listedModels(models: readonly Model[]): string[] {
  const width = Math.max(...models.map((model) => titleOf(model).length));
  return models.flatMap((model) => [
    `${titleOf(model).padEnd(width)}  ${stateOf(model)}`,
    `  inputs: ${inputsOf(model)}; features: ${model.featureSet || 'none'}; outputs: ${outputsOf(model)}`,
    `  ${model.digest || 'not loaded'}`,
  ]);
}

/** "name version @alias  state: reason". */
export function modelLine(model: Model): string {
  return `${titleOf(model)}  ${stateOf(model)}`;
}

/** All that is known of a version. */
export function describedModel(model: Model): string[] {
  const { decision, inputs, outputs } = model;
  const isLoaded = model.digest !== '';
  const tensor = ({ name, datatype, shape }: Model['inputs'][number]): string =>
    `${name} ${datatype} [${shape.join(', ')}]`;
  const rows: [string, string][] = [
    ['model', `${model.name} ${model.version}`],
    ['aliases', model.aliases.map((alias) => `@${alias}`).join(' ') || 'none'],
    ['state', stateOf(model)],
  ];
  if (model.description !== '') rows.push(['description', model.description]);
  if (isLoaded)
    rows.push(
      ['digest', model.digest],
      ['size', `${model.sizeBytes} bytes`],
      ['inputs', inputsOf(model)],
      ['features', model.featureSet || 'none'],
      ['outputs', outputsOf(model)],
      ['audit', shortName(model.audit, 'AUDIT_MODE_')],
      ['subject', model.subject],
      ['tensors in', inputs.map(tensor).join('; ')],
      ['tensors out', outputs.map(tensor).join('; ')],
      ['batches', `${shortName(model.batchClass, 'BATCH_CLASS_')}, up to ${model.maxBatchRows} rows`],
      ['', model.batchFinding],
      ['runs', runsIn(model)],
      ['on', runtimeOf(model)],
      ['ONNX', `IR ${model.irVersion}, ${opsetsOf(model)}`],
      ['golden cases', String(model.goldenCases)],
    );
  if (decision !== null) {
    const { above, below, output, threshold } = decision;
    rows.push(['decision', `${above} where ${output} >= ${threshold}, else ${below}`]);
  }
  return rows.filter(([, text]) => text !== '').map(([name, text]) => `${name.padEnd(14)}${text}`);
}

/** One line: when, what, by whom. */
export function changeLine(change: ModelChange): string {
  return `${new Date(change.occurredAtUs / 1000).toISOString()}  ${changeText(change)}`;
}

/** What, by whom. */
export function changeText(change: ModelChange): string {
  const { alias, model, previousVersion, principal, reason, version } = change;
  const what = shortName(change.kind, 'MODEL_CHANGE_KIND_').replaceAll('_', ' ');
  const which =
    alias === ''
      ? `${model} ${version}`
      : `${model}@${alias} ${previousVersion || 'none'} -> ${version || 'none'}`;
  return `${what}  ${which}  by ${principal || 'nobody named'}${reason === '' ? '' : `: ${reason}`}`;
}

function titleOf({ aliases, name, version }: Model): string {
  return `${name} ${version}${aliases.map((alias) => ` @${alias}`).join('')}`;
}

function stateOf({ reason, state }: Model): string {
  return `${shortName(state, 'MODEL_STATE_')}${reason === '' ? '' : `: ${reason}`}`;
}

function inputsOf({ requestInputs }: Model): string {
  return requestInputs.map(({ name, type }) => `${name} (${type})`).join(', ') || 'none';
}

function outputsOf({ scoreOutputs }: Model): string {
  return scoreOutputs.map(({ name }) => name).join(', ');
}

function runsIn({ instances, placement }: Model): string {
  if (placement === 'PLACEMENT_INLINE') return 'on the thread that serves requests';
  return instances === 1 ? 'in a thread of its own' : `in ${instances} threads`;
}

function runtimeOf({ runtime }: Model): string {
  if (runtime === null) return '';
  const { library, libraryDigest, processor } = runtime;
  return `${library} (${libraryDigest || 'of unknown digest'}), ${processor}`;
}

function opsetsOf({ opsets }: Model): string {
  return Object.entries(opsets)
    .map(([domain, version]) => `opset ${version}${domain === '' ? '' : ` of ${domain}`}`)
    .join(', ');
}

function shortName(name: string, prefix: string): string {
  return name.replace(prefix, '').toLowerCase();
}
