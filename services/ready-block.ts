import { connect, type MeshClient } from '../gateway/client/client.ts';
import type { Mesh, MeshConfig } from './mesh.ts';

/** What `up` prints when it is ready. */
export async function readyBlock(mesh: Mesh, config: MeshConfig): Promise<string> {
  const { host, dataFolder, modelsFolder } = config;
  const address = `${host}:${mesh.grpcPort}`;
  return [
    'scoremesh is ready',
    `  gRPC     ${address}`,
    `  HTTP     ${host}:${mesh.httpPort}`,
    `  metrics  ${host}:${mesh.metricsPort}`,
    `  state    ${dataFolder}`,
    `  models   ${modelsFolder}`,
    `  NATS     ${mesh.nats()}`,
    `  try      ${await sampleCall(address, mesh.grpcPort, config)}`,
    '  Ctrl-C stops it',
  ].join('\n');
}

const defaultPort = 8001;
/** The features of the flights example, wherever it was installed or built. */
const exampleFeatures = /[/\\]examples[/\\]flights[/\\]features[/\\]?$/;

/** When the sample call's flight leaves, on the clock of its airport, which the example takes for UTC. */
export const sampleTime = '2001-02-01T12:30';

/** A call that works on the first model that is ready, to copy and paste. */
async function sampleCall(
  address: string,
  port: number,
  { featuresFolder = '' }: MeshConfig,
): Promise<string> {
  const client = connect({ address });
  try {
    const { models } = await client.models.ListModels({});
    const ready = models.filter(({ state }) => state === 'MODEL_STATE_READY');
    const model = ready.find(({ aliases }) => aliases.includes('champion')) ?? ready[0];
    if (model === undefined) return 'npx scoremesh models';
    const entities = await entitiesOf(client, model.featureSet);
    return [
      `npx scoremesh score ${model.name}`,
      ...entities.map((entity) => `--entity ${entity}=${sampleKeys[entity] ?? 'KEY'}`),
      ...model.requestInputs.map((input) => `--input ${input.name}=${sampleValue(input)}`),
      ...(entities.length > 0 && exampleFeatures.test(featuresFolder) ? [`--as-of ${sampleTime}:00Z`] : []),
      ...(port === defaultPort ? [] : [`--address ${address}`]),
    ].join(' ');
  } finally {
    await client.close();
  }
}

async function entitiesOf({ features }: MeshClient, featureSet: string): Promise<readonly string[]> {
  if (featureSet === '') return [];
  const { sets } = await features.ListFeatures({ featureSet });
  return sets[0]?.entities ?? [];
}

/** Keys that the flights example knows. */
const sampleKeys: Readonly<Record<string, string>> = { origin: 'ORD', destination: 'SFO' };
/** Chicago to San Francisco, a Thursday at 12:30. */
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
