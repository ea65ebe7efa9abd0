import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { FEATURE_SET } from '../../../examples/flights/events.ts';
import { REQUEST_COLUMNS } from '../../../examples/flights/request.ts';
import { DEFAULT_BOOSTING } from '../../../examples/flights/training/boosting.ts';
import { aliasesYaml } from '../../../examples/flights/training/declarations.ts';
import { readDeclarations } from '../../../services/feature/declarations/declaration-files.ts';
import type { FeatureSet } from '../../../services/feature/declarations/declarations.ts';

const example = new URL('../../../examples/flights/', import.meta.url);

function read(path: string): Promise<Buffer> {
  return readFile(new URL(path, example));
}

let set: FeatureSet;

beforeAll(async () => {
  const { sets } = await readDeclarations(fileURLToPath(new URL('features', example)));
  set = sets.get(FEATURE_SET)!;
});

describe.each([1, 2])('version %i', (version) => {
  const folder = `models/flight_delay/${version}`;

  test('the card is about the model beside it, and the features that are declared', async () => {
    const digest = createHash('sha256')
      .update(await read(`${folder}/model.onnx`))
      .digest('hex');
    const card = (await read(`${folder}/MODEL_CARD.md`)).toString();
    expect(card).toContain(`model.onnx: SHA-256 \`${digest}\``);
    expect(card).toContain(`Features: \`${FEATURE_SET}@${set.digest}\``);
    expect(card).toContain(`Seed: ${DEFAULT_BOOSTING.seed}\n`);
    for (const { name } of set.columns) expect(card).toContain(`\`${name}\``);
  });

  test('model.yaml fills the tensors in their order, with the version of the set that is declared', async () => {
    const declared = parse((await read(`${folder}/model.yaml`)).toString());
    const pinned = `${FEATURE_SET}@${set.digest}`;
    expect(Object.keys(declared.inputs)).toEqual(REQUEST_COLUMNS);
    expect(declared.tensors).toEqual({
      request: { columns: REQUEST_COLUMNS },
      features: { feature_set: pinned },
    });
    expect(declared.feature_set).toBe(pinned);
    expect(declared.decision.output).toBe(Object.keys(declared.outputs)[0]);
  });
});

test('callers of the set name an origin and a destination, and all of its features are float32', () => {
  expect(set.keys).toEqual(['origin', 'destination']);
  expect(set.inputs.map(({ name }) => name)).toEqual(['minute_of_day']);
  expect(set.columns.map(({ datatype }) => datatype)).toEqual(Array(13).fill('FP32'));
});

test('aliases.yaml names the two versions', async () => {
  expect((await read('models/flight_delay/aliases.yaml')).toString()).toBe(aliasesYaml());
});
