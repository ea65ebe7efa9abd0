import { existsSync } from 'node:fs';
import { connect } from '../gateway/client/client.ts';
import type { Mesh, MeshConfig } from './mesh.ts';

/** What `up` prints when it is ready, and the feature rows it loads before. */
export async function readyBlock(
  mesh: Mesh,
  config: MeshConfig,
  options: { readonly load: readonly string[]; readonly exampleFolder: string },
): Promise<{ seed: readonly string[]; text: string }> {
  const { host, dataFolder, modelsFolder } = config;
  const isExample = modelsFolder.startsWith(options.exampleFolder);
  const snapshot = `${options.exampleFolder}snapshot.jsonl`;
  const seed = options.load.length === 0 && isExample && existsSync(snapshot) ? [snapshot] : options.load;
  const address = `${host}:${mesh.grpcPort}`;
  const text = [
    'scoremesh is ready',
    `  gRPC     ${address}`,
    `  HTTP     ${host}:${mesh.httpPort}`,
    `  metrics  ${host}:${mesh.metricsPort}`,
    `  state    ${dataFolder}`,
    `  models   ${modelsFolder}`,
    `  NATS     ${mesh.nats()}`,
    `  try      ${await sampleCall(address, mesh.grpcPort)}`,
    '  Ctrl-C stops it',
  ].join('\n');
  return { seed, text };
}

const defaultPort = 8001;

/** A call that works on the first model that is ready, to copy and paste. */
async function sampleCall(address: string, port: number): Promise<string> {
  const client = connect({ address });
  try {
    const { models } = await client.models.ListModels({});
    const { sets } = await client.features.ListFeatures({});
    const ready = models.filter(({ state }) => state === 'MODEL_STATE_READY');
    const model = ready.find(({ aliases }) => aliases.includes('champion')) ?? ready[0];
    if (model === undefined) return 'npx scoremesh models';
    const entities = sets.find(({ name }) => name === model.featureSet)?.entities ?? [];
    return [
      `npx scoremesh score ${model.name}`,
      ...entities.map((entity) => `--entity ${entity}=${sampleKeys[entity] ?? 'KEY'}`),
      ...model.requestInputs.map((input) => `--input ${input.name}=${sampleValue(input)}`),
      ...(port === defaultPort ? [] : [`--address ${address}`]),
    ].join(' ');
  } finally {
    await client.close();
  }
}

/** Keys that the flights example knows. */
const sampleKeys: Readonly<Record<string, string>> = { origin: 'ORD', destination: 'SFO' };
/** Chicago to San Francisco, a Thursday at 12:30: the example's snapshot holds the routes at noon. */
const sampleInputs: Readonly<Record<string, string>> = {
  minute_of_day: '750',
  day_of_week: '4',
  distance: '1846',
};

function sampleValue({
  name,
  type,
  min,
  max,
}: {
  name: string;
  type: string;
  min?: number;
  max?: number;
}): string {
  if (sampleInputs[name] !== undefined) return sampleInputs[name];
  if (type === 'text') return 'text';
  if (type === 'flag') return 'true';
  return String(min ?? max ?? 1);
}
