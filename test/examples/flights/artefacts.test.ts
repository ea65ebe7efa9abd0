import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { minuteOf } from '../../../examples/flights/calendar.ts';
import { FEATURE_NAMES, FEATURE_SET, VIEWS } from '../../../examples/flights/feature-set.ts';
import { REQUEST_COLUMNS } from '../../../examples/flights/request.ts';
import {
  formatSnapshot,
  readSnapshot,
  SNAPSHOT_ROUTES,
  SNAPSHOT_TIME,
} from '../../../examples/flights/snapshot.ts';
import { DEFAULT_BOOSTING } from '../../../examples/flights/training/boosting.ts';
import { aliasesYaml, featuresYaml } from '../../../examples/flights/training/declarations.ts';

function read(path: string): Promise<Buffer> {
  return readFile(new URL(`../../../examples/flights/${path}`, import.meta.url));
}

describe.each([1, 2])('version %i', (version) => {
  const folder = `models/flight_delay/${version}`;

  test('the card is about the model beside it', async () => {
    const digest = createHash('sha256')
      .update(await read(`${folder}/model.onnx`))
      .digest('hex');
    const card = (await read(`${folder}/MODEL_CARD.md`)).toString();
    expect(card).toContain(`model.onnx: SHA-256 \`${digest}\``);
    expect(card).toContain(`Seed: ${DEFAULT_BOOSTING.seed}\n`);
  });

  test('model.yaml fills the tensors of the model in their order', async () => {
    const declared = parse((await read(`${folder}/model.yaml`)).toString());
    expect(Object.keys(declared.inputs)).toEqual(REQUEST_COLUMNS);
    expect(declared.tensors).toEqual({
      request: { columns: REQUEST_COLUMNS },
      features: { feature_set: FEATURE_SET },
    });
    expect(declared.feature_set).toBe(FEATURE_SET);
    expect(declared.decision.output).toBe(Object.keys(declared.outputs)[0]);
  });
});

test('flights.yaml declares the views and the set that the code reads', async () => {
  const text = (await read('features/flights.yaml')).toString();
  expect(text).toBe(featuresYaml());
  const { views, sets } = parse(text);
  expect(Object.keys(views)).toEqual(VIEWS.map((view) => view.name));
  expect(sets[FEATURE_SET].features).toEqual(FEATURE_NAMES);
  for (const name of FEATURE_NAMES) {
    const [view, feature] = name.split('.') as [string, string];
    expect(views[view].features[feature].type).toBe('float32');
  }
});

test('aliases.yaml names the two versions', async () => {
  expect((await read('models/flight_delay/aliases.yaml')).toString()).toBe(aliasesYaml());
});

test('snapshot.jsonl is what the aggregator knows at its time', async () => {
  const text = (await read('snapshot.jsonl')).toString();
  expect(text).toBe(formatSnapshot(await readSnapshot(minuteOf(SNAPSHOT_TIME), SNAPSHOT_ROUTES)));
  expect(text.length).toBeLessThan(200_000);
  const rows = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const views = rows.map((row) => row.view);
  expect(new Set(views)).toEqual(new Set(VIEWS.map((view) => view.name)));
  expect(views.filter((view) => view === 'route_delays')).toHaveLength(SNAPSHOT_ROUTES);
  const ord = rows.find((row) => row.keys.origin === 'ORD' && row.view === 'origin_delays');
  expect(ord.values.late_rate_1h).toBeGreaterThan(0);
}, 30_000);
