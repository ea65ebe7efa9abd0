import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { factsOf } from '../../../services/audit/index/facts.ts';
import type { RecordFilter__Output } from '../../../services/gen/scoremesh/audit/v1/RecordFilter.ts';
import { startCall } from '../../../services/kit/contract/call.ts';
import { errorOf, recordCodec, testCall } from '../fixture.ts';
import { idOf } from '../index/entries.ts';
import { filterOf, naive, searchedLog, stamp, textOf } from './searched-log.ts';

const start = 1_700_000_000_000;
const model = fc.constantFrom('a', 'b', 'x'.repeat(300));
const version = fc.integer({ min: 1, max: 2 });
const principal = fc.constantFrom('alice', 'bob', 'y'.repeat(300));
const decision = fc.constantFrom('', 'late', 'punctual');
const subject = fc.constantFrom('', 'person=1', 'person=2');

/** A record as a function of its place in the log, which an outcome looks back from. */
const record = fc
  .tuple(
    fc.constantFrom(
      'prediction',
      'prediction',
      'inference',
      'outcome',
      'outcome',
      'refusal',
      'none',
      'rubbish',
    ),
    fc.record({ model, version, principal, decision, subject, back: fc.integer({ min: -2, max: 10 }) }),
  )
  .map(([event, given]) => (index: number) => {
    const common = { recordId: textOf(idOf(index, start)), principal: given.principal };
    const about = { name: given.model, version: given.version };
    const entry =
      event === 'rubbish'
        ? Buffer.from([255, 255, 255])
        : recordCodec.encode({
            ...common,
            ...(event === 'prediction' ? { prediction: { model: about, decision: given.decision } } : {}),
            ...(event === 'inference' ? { inference: { model: about } } : {}),
            ...(event === 'refusal' ? { refusal: { model: `${given.model}@${given.version}` } } : {}),
            ...(event === 'outcome'
              ? { outcome: { predictionId: textOf(idOf(Math.max(0, index - given.back), start)) } }
              : {}),
          });
    return { id: idOf(index, start), entry, subject: given.subject };
  });

const time = fc.option(fc.integer({ min: start - 2, max: start + 50 }).map(stamp), { nil: null });
const filter: fc.Arbitrary<RecordFilter__Output> = fc
  .record(
    {
      events: fc.subarray(['prediction', 'inference', 'outcome', 'refusal', 'erasure']),
      model,
      version,
      principal,
      decision,
      subject,
      outcome: fc.constantFrom(
        'OUTCOME_STATE_MISSING' as const,
        'OUTCOME_STATE_KNOWN' as const,
        'OUTCOME_STATE_CORRECTED' as const,
      ),
      since: time,
      until: time,
    },
    { requiredKeys: [] },
  )
  .map(filterOf)
  .filter(({ since, until }) => {
    const ms = (at: typeof since) => Number(at?.seconds) * 1000 + (at?.nanos ?? 0) / 1e6;
    return since === null || until === null || ms(since) <= ms(until);
  });

describe('a query', () => {
  test('answers what each record alone would be asked, in pages of any size, while records arrive', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(record, { minLength: 1, maxLength: 60 }),
        fc.array(record, { maxLength: 20 }),
        fc.array(fc.tuple(filter, fc.integer({ min: 1, max: 12 })), { minLength: 4, maxLength: 8 }),
        async (first, later, asked) => {
          const log = await searchedLog();
          try {
            await log.append(first.map((make, index) => make(index)));
            for (const [given, pageSize] of asked) {
              const found: number[] = [];
              const before = naive(log.logged, given);
              for (let token = '', n = 0; n === 0 || token !== ''; n++) {
                const page = await log.page(given, pageSize, token);
                expect(page.records.length).toBeLessThanOrEqual(pageSize);
                found.push(...page.places);
                token = page.nextPageToken;
                const next = later[log.logged.length - first.length];
                // An outcome that arrives changes the state of its prediction: what is found then depends on when it is asked.
                if (next !== undefined && given.outcome === 'OUTCOME_STATE_UNSPECIFIED')
                  await log.append([next(log.logged.length)]);
              }
              const after = naive(log.logged, given);
              expect(new Set(found).size).toBe(found.length);
              expect(found.filter((place) => before.includes(place))).toEqual(before);
              expect(found).toEqual(after.filter((place) => found.includes(place)));
            }
          } finally {
            await log.close();
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  test('shows a prediction with its outcomes, at most 16, and whether they are known', async () => {
    const log = await searchedLog();
    const prediction = (index: number) => ({
      id: idOf(index, start),
      subject: '',
      entry: recordCodec.encode({ prediction: { model: { name: 'm', version: 1 } } }),
    });
    const outcome = (index: number, of: number) => ({
      id: idOf(index, start),
      subject: '',
      entry: recordCodec.encode({
        recordId: textOf(idOf(index, start)),
        outcome: { predictionId: textOf(idOf(of, start)) },
      }),
    });
    await log.append([prediction(0), prediction(1), prediction(2)]);
    await log.append([outcome(3, 1), ...Array.from({ length: 20 }, (_, n) => outcome(4 + n, 2))]);
    const { records } = await log.page({ events: ['prediction'] }, 0, '');
    expect(records.map(({ outcome: state }) => state)).toEqual([
      'OUTCOME_STATE_MISSING',
      'OUTCOME_STATE_KNOWN',
      'OUTCOME_STATE_CORRECTED',
    ]);
    expect(records.map(({ outcomes }) => outcomes.length)).toEqual([0, 1, 16]);
    expect(records[1]?.outcomes[0]?.recordId).toBe(textOf(idOf(3, start)));
    const outcomes = await log.page({ events: ['outcome'] }, 0, '');
    expect(outcomes.records).toHaveLength(21);
    expect(outcomes.records[0]).toMatchObject({ outcomes: [], outcome: 'OUTCOME_STATE_UNSPECIFIED' });
    await log.close();
  });

  test('ends a page early after much was looked through, and lets other work have its turn', async () => {
    const log = await searchedLog(20_000);
    const entry = recordCodec.encode({ principal: 'alice' });
    const rare = recordCodec.encode({ principal: 'bob' });
    const count = 30_000;
    for (let from = 0; from < count; from += 1000)
      await log.append(
        Array.from({ length: 1000 }, (_, n) => ({
          id: idOf(from + n, start),
          subject: '',
          entry: from + n === count - 1 ? rare : entry,
        })),
      );
    let turns = 0;
    let isOver = false;
    const turn = (): void => {
      turns += 1;
      if (!isOver) setImmediate(turn);
    };
    turn();
    const pages: number[][] = [];
    for (let token = '', n = 0; n === 0 || token !== ''; n++) {
      const page = await log.page({ principal: 'bob' }, 10, token);
      pages.push(page.places);
      token = page.nextPageToken;
    }
    isOver = true;
    expect(pages).toEqual([[], [count - 1]]);
    expect(log.reads()).toBe(1);
    expect(turns).toBeGreaterThanOrEqual(count / 2000);
    await log.close();
  });

  test('asks the record itself where the index has no number for a name', async () => {
    const log = await searchedLog();
    const of = (name: string) => recordCodec.encode({ prediction: { model: { name, version: 1 } } });
    const names = ['x'.repeat(300), 'a', 'y'.repeat(300), 'a', 'x'.repeat(300)];
    await log.append(names.map((name, n) => ({ id: idOf(n, start), subject: '', entry: of(name) })));
    const found = async (model: string): Promise<number[]> => (await log.page({ model }, 0, '')).places;
    expect((await found('a')).length).toBe(2);
    expect(await found('x'.repeat(300))).toEqual(naive(log.logged, filterOf({ model: 'x'.repeat(300) })));
    expect(await found('z'.repeat(300))).toEqual([]);
    await log.close();
  });

  test('ends a page early at the size of a message', async () => {
    const log = await searchedLog();
    const big = recordCodec.encode({
      prediction: { request: { inputs: { x: { text: 'x'.repeat(300_000) } } } },
    });
    await log.append(Array.from({ length: 12 }, (_, n) => ({ id: idOf(n, start), subject: '', entry: big })));
    const found: number[] = [];
    let pages = 0;
    for (let token = ''; pages === 0 || token !== ''; pages++) {
      const page = await log.page({}, 1000, token);
      found.push(...page.places);
      expect(page.places.length).toBeLessThan(5);
      token = page.nextPageToken;
    }
    expect(found).toHaveLength(12);
    expect(new Set(found).size).toBe(12);
    await log.close();
  });

  test('is refused with everything that is wrong with it', async () => {
    const log = await searchedLog();
    await log.append([0, 1, 2].map((n) => ({ id: idOf(n, start), subject: '', entry: Buffer.alloc(0) })));
    const faults = async (given: Partial<RecordFilter__Output>, pageSize = 0, pageToken = '') =>
      (await errorOf(log.page(given, pageSize, pageToken))).details.violations?.map(({ field }) => field);
    expect(
      await faults(
        {
          events: ['prediction', 'predictions', ''],
          model: 'x'.repeat(1025),
          subject: 'person',
          outcome: 9 as never,
          since: { seconds: '5', nanos: 0 },
          until: { seconds: '4', nanos: 0 },
        },
        1001,
        'nonsense',
      ),
    ).toEqual([
      'filter.since',
      'filter.events[1]',
      'filter.events[2]',
      'filter.model',
      'filter.subject',
      'filter.outcome',
      'page_size',
      'page_token',
    ]);
    const { nextPageToken } = await log.page({ until: stamp(start + 100) }, 1, '');
    expect(nextPageToken).not.toBe('');
    expect(await faults({}, 1, nextPageToken)).toEqual(['page_token']);
    expect(await faults({ until: stamp(start + 100), version: 1 }, 1, nextPageToken)).toEqual(['page_token']);
    await fc.assert(
      fc.asyncProperty(fc.base64String(), async (token) => {
        fc.pre(token !== '' && token !== nextPageToken);
        expect(await faults({ until: stamp(start + 100) }, 1, token)).toEqual(['page_token']);
      }),
      { numRuns: 50 },
    );
    await log.close();
  });

  test('ends when nobody wants its answer any more', async () => {
    const log = await searchedLog();
    const call = startCall({ timeoutMs: -1, principal: 'test' });
    const request = { filter: null, pageSize: 0, pageToken: '' };
    expect((await errorOf(log.queries.QueryRecords(request, call))).reason).toBe('DEADLINE_PAST');
    await log.close();
  });
});

describe('an export', () => {
  test('has what pages have, and nothing that came after it began', async () => {
    const log = await searchedLog();
    const entry = recordCodec.encode({ principal: 'alice' });
    const some = (from: number, count: number) =>
      Array.from({ length: count }, (_, n) => ({ id: idOf(from + n, start), subject: '', entry }));
    await log.append(some(0, 700));
    const found: number[] = [];
    for await (const { record: queried } of log.queries.ExportRecords(
      { filter: filterOf({ principal: 'alice' }) },
      testCall(),
    )) {
      found.push(Number(queried?.record?.receipt?.logIndex));
      if (found.length % 50 === 1) await log.append(some(log.logged.length, 20));
    }
    expect(found).toEqual(naive(log.logged.slice(0, 700), filterOf({})));
    await log.close();
  });

  test('reads no further than a few records ahead of who takes them', async () => {
    const log = await searchedLog();
    const entry = recordCodec.encode({ principal: 'alice' });
    await log.append(Array.from({ length: 1000 }, (_, n) => ({ id: idOf(n, start), subject: '', entry })));
    const stream = log.queries.ExportRecords({ filter: null }, testCall())[Symbol.asyncIterator]();
    await stream.next();
    expect(log.reads()).toBeLessThanOrEqual(8);
    await stream.return?.();
    await log.close();
  });

  test('of a filter that can not be is refused', async () => {
    const log = await searchedLog();
    const stream = log.queries.ExportRecords({ filter: filterOf({ events: ['x'] }) }, testCall());
    expect((await errorOf(stream[Symbol.asyncIterator]().next())).reason).toBe('INVALID_REQUEST');
    await log.close();
  });
});

describe('the export of a subject', () => {
  async function exported(log: Awaited<ReturnType<typeof searchedLog>>, name: string): Promise<number[]> {
    const found: number[] = [];
    for await (const { record: each } of log.queries.ExportSubject({ subject: name }, testCall()))
      found.push(Number(each?.receipt?.logIndex));
    return found;
  }

  test('has all its records, and outcomes of its predictions that came before those, in order of the log', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 60 }), async (makers) => {
        const log = await searchedLog();
        try {
          const records = makers.map((make, index) => {
            const made = make(index);
            const about = factsOf(made.entry)?.predictionId;
            const isEarly = made.subject === '' && about !== undefined;
            return isEarly ? { ...made, subject: `@prediction=${about.toString('hex')}` } : made;
          });
          await log.append(records);
          for (const name of ['person=1', 'person=2']) {
            const isPrediction = ({ facts }: (typeof log.logged)[number]) =>
              facts?.event === 'prediction' || facts?.event === 'inference';
            const own = log.logged.filter((each) => each.subject === name);
            const expected = log.logged.flatMap((each, place) =>
              each.subject === name ||
              own.some((of) => isPrediction(of) && each.subject === `@prediction=${of.id.toString('hex')}`)
                ? [place]
                : [],
            );
            if (own.length === 0)
              expect((await errorOf(exported(log, name))).reason).toBe('SUBJECT_NOT_FOUND');
            else expect(await exported(log, name)).toEqual(expected);
          }
        } finally {
          await log.close();
        }
      }),
      { numRuns: 25 },
    );
  });

  test('goes on over many records', async () => {
    const log = await searchedLog();
    const entry = recordCodec.encode({ prediction: {} });
    for (let from = 0; from < 40_000; from += 1000)
      await log.append(
        Array.from({ length: 1000 }, (_, n) => ({
          id: idOf(from + n, start),
          subject: n % 20 === 0 ? 'person=1' : '',
          entry,
        })),
      );
    expect(await exported(log, 'person=1')).toEqual(Array.from({ length: 2000 }, (_, n) => n * 20));
    await log.close();
  });

  test('needs a subject as it is written', async () => {
    const log = await searchedLog();
    expect((await errorOf(exported(log, 'person'))).details.violations?.[0]?.field).toBe('subject');
    await log.close();
  });
});
