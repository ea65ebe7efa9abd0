import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { BuildTrainingSetRequest__Output } from '../../../services/gen/scoremesh/feature/v1/BuildTrainingSetRequest.ts';
import type { GetFeaturesResponse__Output } from '../../../services/gen/scoremesh/feature/v1/GetFeaturesResponse.ts';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { type As, type Row, requestOf, type Started, startFeatures, testCall } from '../fixture.ts';
import {
  baseMs,
  compared,
  eventOf,
  offsets,
  persons,
  type Sending,
  type Sent,
  samples,
  sendings,
  setColumns,
  sometimes,
  spots,
  viewsOf,
} from './sample-service.ts';

interface ReadStep {
  readonly kind: 'read';
  readonly columns: readonly string[] | undefined;
  readonly rows: readonly (Row & { readonly entities: Record<string, string> })[];
  readonly ofOffset: number | undefined;
  /** Which of the commits so far is the last that is known, as a share of them. */
  readonly knownShare: number | undefined;
}

type Step =
  | { readonly kind: 'ingest'; readonly sendings: readonly Sending[] }
  | ReadStep
  | { readonly kind: 'together'; readonly sendings: readonly Sending[]; readonly read: ReadStep }
  | { readonly kind: 'train'; readonly batches: readonly ReadStep[]; readonly knownShare: number | undefined }
  | { readonly kind: 'repeat'; readonly share: number }
  | { readonly kind: 'advance'; readonly byMs: number }
  | { readonly kind: 'restart' };

const share = fc.double({ min: 0, max: 1, noNaN: true });
const entities = fc.record({
  who: fc.constantFrom(...persons),
  spot: fc.constantFrom(...spots.map(String)),
});
const pastOffset = offsets.map((offset) => Math.min(offset, 0));

/** Offsets stand for moments until the step is taken: `at` is relative to the clock of then. */
function reads(ownMoments: boolean): fc.Arbitrary<ReadStep> {
  const at = ownMoments ? sometimes(pastOffset, 2) : fc.constant(undefined);
  return fc.record({
    kind: fc.constant('read'),
    columns: sometimes(fc.shuffledSubarray(setColumns, { minLength: 1 }), 2),
    rows: fc.array(
      fc.record({ entities, at }).map(({ entities: keys, at: moment }) => ({
        entities: keys,
        ...(moment === undefined ? {} : { at: moment }),
      })),
      { minLength: 1, maxLength: 4 },
    ),
    ofOffset: sometimes(pastOffset, 2),
    knownShare: sometimes(share, 4),
  });
}

const sent = fc.array(sendings(baseMs), { minLength: 1, maxLength: 8 });
const byMs = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 2 * 3_600_000 * 4 }).map((quarters) => quarters / 4) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 30 }).map((hours) => hours * 3_600_000) },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('ingest'), sendings: sent }) },
  { weight: 8, arbitrary: reads(false) },
  { weight: 3, arbitrary: reads(true) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('together'), sendings: sent, read: reads(false) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('train'),
      batches: fc.array(reads(true), { minLength: 1, maxLength: 3 }),
      knownShare: sometimes(share, 2),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('repeat'), share }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('advance'), byMs }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' }) },
) as fc.Arbitrary<Step>;

interface Answered {
  readonly what: string | readonly string[];
  readonly rows: readonly Row[];
  readonly answer: GetFeaturesResponse__Output;
}

/** A service under test beside everything that was sent to it. */
class Trial {
  readonly #yaml: string;
  readonly #views: ReturnType<typeof viewsOf>;
  readonly #sent: Sent[] = [];
  readonly #ids = new Set<number>();
  readonly #commits: number[] = [0];
  readonly #answered: Answered[] = [];
  #service: Started;
  expired = 0;
  right = 0;

  constructor(service: Started, yaml: string) {
    this.#service = service;
    this.#yaml = yaml;
    this.#views = viewsOf(yaml);
  }

  async take(step: Step): Promise<void> {
    const { clock } = this.#service;
    switch (step.kind) {
      case 'ingest':
        return this.#ingest(step.sendings);
      case 'read':
        return this.#read(step);
      case 'together':
        await Promise.all([
          this.#read(step.read),
          this.#ingest(step.sendings),
          new Promise(setImmediate).then(() => this.#read(step.read)),
          this.#read(step.read),
        ]);
        return;
      case 'train':
        return this.#train(step.batches, step.knownShare);
      case 'repeat':
        return this.#repeat(this.#answered[Math.floor(step.share * this.#answered.length)]);
      case 'advance':
        clock.now += step.byMs;
        return;
      case 'restart':
        await this.#noDifference();
        this.#service = await this.#service.restart();
    }
  }

  /** Every answer again, and no difference that the service found itself. */
  async end(): Promise<void> {
    for (const answered of this.#answered) await this.#repeat(answered);
    await this.#noDifference();
  }

  async #noDifference(): Promise<void> {
    await this.#service.close();
    const outcome = (name: string) =>
      this.#service.metrics.value(`scoremesh_feature_self_checks_total{${name}}`);
    expect(outcome('different')).toBe(0);
    const { logged } = this.#service;
    expect(logged.filter(({ level }) => level === 'error')).toEqual([]);
  }

  async #ingest(given: readonly Sending[]): Promise<void> {
    const { clock } = this.#service;
    const moved = given.map((sending) => ({
      ...sending,
      event: { ...sending.event, timeMs: sending.event.timeMs - baseMs + clock.now },
    }));
    const response = await this.#service.ingest(...moved.map(eventOf));
    const { retentionMs = Number.POSITIVE_INFINITY } = this.#views.get('counts')!.stream;
    let stored = 0;
    for (const { id, who, spot, event } of moved) {
      if (this.#ids.has(id) || event.timeMs < clock.now - retentionMs) continue;
      this.#ids.add(id);
      this.#sent.push({ who, spot, event: { ...event, ingestMs: response.ingestTime } });
      stored++;
    }
    expect(response.stored).toBe(stored);
    if (stored > 0) this.#commits.push(response.ingestTime);
  }

  /** A moment between or at commits. */
  #known(knownShare: number | undefined): number | undefined {
    if (knownShare === undefined) return undefined;
    const place = knownShare * (this.#commits.length - 1);
    const commit = this.#commits[Math.floor(place)]!;
    return place % 1 > 0.5 ? commit + 1 / 2048 : commit;
  }

  #request({ columns, rows, ofOffset, knownShare }: ReadStep): {
    what: Answered['what'];
    rows: Row[];
    as: As;
  } {
    const { now } = this.#service.clock;
    return {
      what: columns ?? 'all',
      rows: rows.map(({ entities, at }) => ({ entities, ...(at === undefined ? {} : { at: now + at }) })),
      as: { of: ofOffset === undefined ? undefined : now + ofOffset, known: this.#known(knownShare) },
    };
  }

  async #read(step: ReadStep): Promise<void> {
    const { what, rows, as } = this.#request(step);
    const answer = await this.#unlessExpired(this.#service.read(what, rows, as));
    if (answer === undefined) return;
    if (as.of !== undefined) expect(answer.asOf).toBe(as.of);
    if (as.known !== undefined) expect(answer.asOfIngest).toBe(as.known);
    this.#check({ what, rows, answer });
  }

  async #train(batches: readonly ReadStep[], knownShare: number | undefined): Promise<void> {
    const known = this.#known(knownShare);
    const columns = batches[0]!.columns;
    const requests = batches.map((batch) => this.#request({ ...batch, columns, knownShare: undefined }));
    async function* sending(): AsyncGenerator<BuildTrainingSetRequest__Output> {
      for (const { what, rows, as } of requests) yield { batch: requestOf(what, rows, { ...as, known }) };
    }
    let index = 0;
    try {
      for await (const { batch } of this.#service.handlers.BuildTrainingSet(sending(), testCall())) {
        const { what, rows } = requests[index++]!;
        this.#check({ what, rows, answer: batch! });
      }
      expect(index).toBe(batches.length);
    } catch (error) {
      this.#refused(error);
    }
  }

  async #repeat(answered: Answered | undefined): Promise<void> {
    if (answered === undefined) return;
    const { what, rows, answer } = answered;
    const as = { of: answer.asOf, known: answer.asOfIngest };
    const again = await this.#unlessExpired(this.#service.read(what, rows, as));
    if (again !== undefined) expect(again).toEqual(answer);
  }

  #check(answered: Answered): void {
    const { what, rows, answer } = answered;
    const columns = typeof what === 'string' ? setColumns : what;
    const keyed = rows.map(({ entities = {}, at }) => ({ entities, at }));
    const { found, wanted } = compared(this.#views, columns, this.#sent, keyed, answer);
    expect(found).toEqual(wanted);
    this.right++;
    this.#answered.push(answered);
  }

  async #unlessExpired(
    reading: Promise<GetFeaturesResponse__Output>,
  ): Promise<GetFeaturesResponse__Output | undefined> {
    try {
      return await reading;
    } catch (error) {
      this.#refused(error);
      return undefined;
    }
  }

  #refused(error: unknown): void {
    const isExpired = error instanceof MeshError && error.reason === 'FEATURE_HISTORY_EXPIRED';
    if (!isExpired || !this.#yaml.includes('retention')) throw error;
    this.expired++;
  }
}

const runs = fc.record({
  steps: fc.array(step, { minLength: 5, maxLength: 30 }),
  maxStateBytes: fc.constantFrom(0, 6_000, 100_000_000),
});

async function run(yaml: string, steps: readonly Step[], maxStateBytes: number): Promise<Trial> {
  const clock = { now: baseMs };
  const service = await startFeatures(yaml, { clock, maxStateBytes, selfCheckEvery: 1 });
  const trial = new Trial(service, yaml);
  for (const each of steps) await trial.take(each);
  await trial.end();
  return trial;
}

test('whatever comes in whatever order, every read is what the events say, and the same when it is repeated', async () => {
  const yaml = samples();
  await fc.assert(
    fc.asyncProperty(runs, async ({ steps, maxStateBytes }) => {
      await run(yaml, steps, maxStateBytes);
    }),
    { numRuns: Number(process.env.SOAK_RUNS ?? 25) },
  );
});

test('with a retention every read is what the events say, or refused because they may be gone', async () => {
  const yaml = samples('retention: 3d');
  let right = 0;
  await fc.assert(
    fc.asyncProperty(runs, async ({ steps, maxStateBytes }) => {
      right += (await run(yaml, steps, maxStateBytes)).right;
    }),
    { numRuns: Number(process.env.SOAK_RUNS ?? 12) },
  );
  expect(right).toBeGreaterThan(10);
});
