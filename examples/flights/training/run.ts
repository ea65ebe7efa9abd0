import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { localTimeOf, minuteOf, monthStart } from '../calendar.ts';
import { collectSamples } from '../samples.ts';
import { formatSnapshot, readSnapshot, SNAPSHOT_ROUTES, SNAPSHOT_TIME } from '../snapshot.ts';
import { reproduceCommand, type TrainingArguments } from './arguments.ts';
import { trainCandidates } from './candidates.ts';
import { aliasesYaml, featuresYaml, modelYaml } from './declarations.ts';
import { goldenJson } from './golden.ts';
import { measure } from './measure.ts';
import { modelCard } from './model-card.ts';

/**
 * Trains both versions, measures them, and writes everything that the example needs below `options.out`; files that
 * exist are replaced. Equal options write equal bytes. `report` gets a line at each step.
 */
export async function runTraining(options: TrainingArguments, report: (line: string) => void): Promise<void> {
  report('reading January');
  const samples = await collectSamples(monthStart(2), options.rows);
  const candidates = trainCandidates(samples, options, report);
  const results = await measure(candidates, options.months, report);

  const files = new Map<string, string | Uint8Array>();
  for (const candidate of candidates) {
    const folder = `models/flight_delay/${candidate.version}`;
    const card = modelCard({
      ...candidate,
      trainingRows: samples.rows,
      trainingWindow: `${localTimeOf(samples.minutes[0] ?? 0)} to ${localTimeOf(samples.minutes.at(-1) ?? 0)}`,
      seed: options.seed,
      command: reproduceCommand(options),
      months: results.get(candidate.version) ?? [],
    });
    files.set(`${folder}/model.onnx`, candidate.model);
    files.set(`${folder}/model.yaml`, modelYaml(candidate.description));
    files.set(`${folder}/golden.json`, goldenJson(samples, candidate.score));
    files.set(`${folder}/MODEL_CARD.md`, card);
  }
  files.set('models/flight_delay/aliases.yaml', aliasesYaml());
  files.set('features/flights.yaml', featuresYaml());
  report(`taking a snapshot of ${SNAPSHOT_TIME}`);
  const snapshot = await readSnapshot(minuteOf(SNAPSHOT_TIME), SNAPSHOT_ROUTES);
  files.set('snapshot.jsonl', formatSnapshot(snapshot));

  for (const [name, content] of files) {
    const path = join(options.out, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    report(`wrote ${path}, ${content.length} bytes`);
  }
}
