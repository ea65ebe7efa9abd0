import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { MeshClient } from '../../../gateway/client/client.ts';
import type { FeatureSet__Output as FeatureSet } from '../../../services/gen/scoremesh/feature/v1/FeatureSet.ts';
import { localTimeOf, monthOf, monthStart } from '../calendar.ts';
import { createEventSender } from '../event-sender.ts';
import { FEATURE_SET } from '../events.ts';
import { reproduceCommand, type TrainingArguments } from './arguments.ts';
import { trainCandidates } from './candidates.ts';
import { aliasesYaml, modelYaml } from './declarations.ts';
import { goldenJson } from './golden.ts';
import { measure } from './measure.ts';
import { modelCard } from './model-card.ts';
import { startPrivateMesh } from './private-mesh.ts';
import { collectSamples, joinSamples, type Samples } from './samples.ts';

type Features = Pick<MeshClient, 'features'>;

/** Waiting for one answer of the mesh in this process. */
const TIMEOUT_MS = 60_000;

/**
 * Trains both versions on what a mesh of its own says of the flights, measures them, and writes the models below `options.out`; files
 * that exist are replaced. Equal options write equal bytes. `report` gets a line at each step.
 */
export async function runTraining(options: TrainingArguments, report: (line: string) => void): Promise<void> {
  await using mesh = await startPrivateMesh();
  await sendEvents(mesh.client, monthStart(options.months + 1), report);
  const set = await currentSet(mesh.client);
  const featureSet = `${FEATURE_SET}@${set.digest}`;
  report('joining the flights of January with their features');
  const range = { beforeMinute: monthStart(2) };
  const january = await collectSamples(joinSamples(mesh.client, featureSet, range));
  const samples = { ...january, rows: Math.min(january.rows, options.rows) };

  const candidates = trainCandidates(samples, options, report);
  async function* measured(): AsyncGenerator<Samples> {
    yield january;
    const [fromMinute, beforeMinute] = [monthStart(2), monthStart(options.months + 1)];
    if (options.months > 1) yield* joinSamples(mesh.client, featureSet, { fromMinute, beforeMinute });
  }
  const results = await measure(candidates, measured(), report);

  const files = new Map<string, string | Uint8Array>();
  for (const candidate of candidates) {
    const folder = `models/flight_delay/${candidate.version}`;
    const card = modelCard({
      ...candidate,
      featureSet,
      features: set.features,
      trainingRows: samples.rows,
      trainingWindow: `${localTimeOf(samples.minutes[0] ?? 0)} to ${localTimeOf(samples.minutes[samples.rows - 1] ?? 0)}`,
      seed: options.seed,
      command: reproduceCommand(options),
      months: results.get(candidate.version) ?? [],
    });
    files.set(`${folder}/model.onnx`, candidate.model);
    files.set(`${folder}/model.yaml`, modelYaml(candidate.description, featureSet));
    files.set(`${folder}/golden.json`, goldenJson(samples, candidate.score));
    files.set(`${folder}/MODEL_CARD.md`, card);
  }
  files.set('models/flight_delay/aliases.yaml', aliasesYaml());
  for (const [name, content] of files) {
    const path = join(options.out, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    report(`wrote ${path}, ${content.length} bytes`);
  }
}

async function sendEvents(
  mesh: Features,
  beforeMinute: number,
  report: (line: string) => void,
): Promise<void> {
  const sender = createEventSender(mesh, TIMEOUT_MS);
  let month = 0;
  await sender.load(0, beforeMinute, new AbortController().signal, (minute) => {
    if (monthOf(minute - 1) === month) return;
    month = monthOf(minute - 1);
    report(`sending the events of ${localTimeOf(monthStart(month)).slice(0, 7)}`);
  });
  const { stored, quarantined } = sender.counts();
  report(`stored ${stored} events`);
  if (quarantined > 0) throw new Error(`${quarantined} events are not as flights.yaml declares them`);
}

async function currentSet(mesh: Features): Promise<FeatureSet> {
  const { sets } = await mesh.features.ListFeatures({ featureSet: FEATURE_SET }, { timeoutMs: TIMEOUT_MS });
  const [set] = sets;
  if (set === undefined) throw new Error(`flights.yaml declares no set ${FEATURE_SET}`);
  return set;
}
