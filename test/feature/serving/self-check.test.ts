import { expect, test } from 'vitest';
import type { ReadPlan } from '../../../services/feature/serving/read-plan.ts';
import {
  createSelfCheck,
  differences,
  type SelfCheck,
} from '../../../services/feature/serving/self-check.ts';
import type { GetFeaturesResponse__Output } from '../../../services/gen/scoremesh/feature/v1/GetFeaturesResponse.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { number } from '../arrivals.ts';
import { requestOf, startFeatures } from '../fixture.ts';
import { full, ord, report, travel } from '../travel.ts';

const plan = {
  name: 'pair',
  digest: 'sha256:1',
  width: 3,
  names: ['a.x', 'a.y', 'b.z'],
  blocks: [
    { datatype: 'FP64', features: 2, valueBytes: 8 },
    { datatype: 'BYTES', features: 1, valueBytes: 0 },
  ],
} as unknown as ReadPlan;

function doubles(...values: number[]): Buffer {
  return Buffer.from(new Float64Array(values).buffer);
}

function answer(
  changes: Partial<GetFeaturesResponse__Output> = {},
  x = 1,
  text = 'abc',
): GetFeaturesResponse__Output {
  return {
    digest: 'sha256:1',
    blocks: [
      { datatype: 'FP64', features: 2, data: doubles(x, Number.NaN) },
      { datatype: 'BYTES', features: 1, data: Buffer.from(`\x03\0\0\0${text}`) },
    ],
    statuses: Buffer.from([1, 2, 1]),
    // One of view a, one of view b.
    eventTimes: doubles(5, 6),
    ingestTimes: doubles(7, 8),
    timeColumns: Buffer.from(new Uint16Array([0, 0, 1]).buffer),
    asOf: 10,
    asOfIngest: 9,
    rowMoments: Buffer.alloc(0),
    ...changes,
  };
}

test('two answers differ where values, statuses or times do', () => {
  expect(differences(plan, answer(), answer())).toEqual([]);
  expect(differences(plan, answer(), answer({}, 2))).toEqual(['a.x', 'a.y']);
  expect(differences(plan, answer(), answer({}, 1, 'abd'))).toEqual(['b.z']);
  expect(differences(plan, answer(), answer({ statuses: Buffer.from([1, 3, 1]) }))).toEqual(['a.y']);
  expect(differences(plan, answer(), answer({ eventTimes: doubles(5, 6.5) }))).toEqual(['b.z']);
  expect(differences(plan, answer(), answer({ ingestTimes: doubles(0, 8) }))).toEqual(['a.x', 'a.y']);
});

/** A check whose second reads give this. */
function checkOf(
  every: number,
  again: () => GetFeaturesResponse__Output | Promise<GetFeaturesResponse__Output>,
) {
  const outcomes: string[] = [];
  const logged: unknown[] = [];
  const asked: unknown[] = [];
  const log = {
    ...silentLog,
    error: (_: string, fields?: object) => void logged.push(fields),
    warn: (_: string, fields?: object) => void logged.push(fields),
  };
  const check = createSelfCheck(every, {
    reader: {
      readHistory: (_, request, { asOf, asOfIngest }) => {
        asked.push({ rows: request.rows.length, asOf, asOfIngest });
        return again();
      },
    },
    log,
    onCompared: (outcome) => void outcomes.push(outcome),
  });
  return { check, outcomes, logged, asked };
}

const request = requestOf('pair', [ord]);
const sample = (check: SelfCheck, given = request): void => check.sample(plan, given, answer());

test('one answer in so many is read again as of its own moments, one at a time', async () => {
  const { check, outcomes, asked } = checkOf(3, () => answer());
  for (let count = 0; count < 9; count++) sample(check);
  await check.idle();
  expect(outcomes).toEqual(['same']);
  sample(check);
  await check.idle();
  expect(outcomes).toEqual(['same', 'same']);
  expect(asked).toEqual(new Array(2).fill({ rows: 1, asOf: 10, asOfIngest: 9 }));
});

test('an answer that differs is counted and logged by the names of its features only', async () => {
  const { check, outcomes, logged } = checkOf(1, () => answer({}, 1, 'abd'));
  sample(check);
  await check.idle();
  expect(outcomes).toEqual(['different']);
  expect(logged).toEqual([
    { feature_set: 'pair', digest: 'sha256:1', features: ['b.z'], as_of: 10, as_of_ingest: 9 },
  ]);
});

test('a check that fails is no difference, and the next one is made', async () => {
  const { check, outcomes } = checkOf(1, () => Promise.reject(new Error('gone')));
  for (let count = 0; count < 2; count++) {
    sample(check);
    await check.idle();
  }
  expect(outcomes).toEqual(['failed', 'failed']);
});

test('nothing is checked where it is off, nor requests of many rows', async () => {
  const off = checkOf(0, () => answer());
  sample(off.check);
  const large = checkOf(1, () => answer());
  sample(large.check, requestOf('pair', new Array(17).fill(ord)));
  await Promise.all([off.check.idle(), large.check.idle()]);
  expect([...off.outcomes, ...large.outcomes]).toEqual([]);
});

test('the service finds its own answers the same, of sets with expressions and of rows with moments, too', async () => {
  const started = await startFeatures(travel, { selfCheckEvery: 1 });
  const { ingest, read, clock, metrics } = started;
  const outcome = (name: string) => metrics.value(`scoremesh_feature_self_checks_total{${name}}`);
  await ingest(report(full));
  const inputs = { minute: { kind: 'integer', integer: '439' } as const };
  await read('derived', [{ ...ord, inputs }]);
  await new Promise(setImmediate);
  await read('filled', [ord, { ...ord, at: clock.now - 5 }]);
  // What comes after the answer and before the check is no difference.
  await ingest(report({ mean: number(9) }));
  await read('everything', [ord], { of: clock.now - 1, known: 0 });
  await started.close();
  expect(outcome('same')).toBeGreaterThanOrEqual(2);
  expect([outcome('different'), outcome('failed')]).toEqual([0, 0]);
});
