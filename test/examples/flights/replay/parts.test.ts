import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createAgenda } from '../../../../examples/flights/agenda.ts';
import { minuteOf } from '../../../../examples/flights/calendar.ts';
import { parseReplayArguments } from '../../../../examples/flights/replay/arguments.ts';
import { createLatencies } from '../../../../examples/flights/replay/latencies.ts';
import { createProgress } from '../../../../examples/flights/replay/progress.ts';
import type { ReplayState } from '../../../../examples/flights/replay/run.ts';
import { createScorer } from '../../../../examples/flights/replay/score-stream.ts';
import type {
  MeshClient,
  ScoreStreamRequest,
  ScoreStreamResponse,
} from '../../../../gateway/client/client.ts';

test('a quantile of latencies is within 1.1 % of the exact one', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.002, max: 100_000, noNaN: true }), { minLength: 1, maxLength: 200 }),
      fc.constantFrom(0.01, 0.5, 0.9, 0.99, 1),
      (values, q) => {
        const latencies = createLatencies();
        for (const value of values) latencies.add(value);
        const sorted = Float64Array.from(values).sort();
        const exact = sorted[Math.max(1, Math.ceil(q * values.length)) - 1]!;
        expect(Math.abs(latencies.quantile(q) / exact - 1)).toBeLessThan(0.011);
      },
    ),
  );
  expect(createLatencies().quantile(0.5)).toBeNaN();
});

test('an agenda gives everything once, not before its minute', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(50), fc.nat(60))), (plans) => {
      const agenda = createAgenda<{ due: number; id: number }>(0);
      const given: number[] = [];
      for (let now = 0; now <= 50; now++) {
        for (const { due, id } of agenda.takeUntil(now)) {
          expect(due).toBeLessThanOrEqual(now);
          given.push(id);
        }
        for (const [id, [when, after]] of plans.entries())
          if (when === now) agenda.add(now + 1 + after, { due: now + 1 + after, id });
      }
      const left = agenda.takeAll();
      expect(left.map(({ due }) => due)).toEqual(left.map(({ due }) => due).sort((a, b) => a - b));
      expect([...given, ...left.map(({ id }) => id)].sort((a, b) => a - b)).toEqual([...plans.keys()]);
      expect(agenda.size()).toBe(0);
    }),
  );
});

describe('the arguments', () => {
  test('by default a week of February is replayed as fast as it goes', () => {
    expect(parseReplayArguments([])).toMatchObject({
      fromMinute: minuteOf('2001-02-01'),
      toMinute: minuteOf('2001-02-08'),
      limit: Number.POSITIVE_INFINITY,
      speed: Number.POSITIVE_INFINITY,
    });
  });
  test('a limit alone lets the replay run to the end of the data', () => {
    expect(parseReplayArguments(['--limit', '500000', '--speed', 'x1000'])).toMatchObject({
      toMinute: minuteOf('2001-07-01'),
      limit: 500_000,
      speed: 1000,
    });
  });
  test.each([
    [['--limit', '0'], '--limit 0'],
    [['--speed', 'fast'], '--speed fast'],
    [['--speed', 'x0'], '--speed x0'],
    [['--from', '2001-08-01'], '--from 2001-08-01'],
    [['--from', 'monday'], 'monday'],
    [['--to', '2001-01-05'], '--to 2001-01-05'],
    [['--nope'], '--nope'],
  ])('%j is refused by name', (argv, named) => {
    expect(() => parseReplayArguments(argv)).toThrow(named);
  });
});

describe('scoring over a stream', () => {
  type Answering = (requests: AsyncIterable<ScoreStreamRequest>) => AsyncIterable<ScoreStreamResponse>;
  const scorerOf = (ScoreStream: Answering, timeoutMs = 10_000) =>
    createScorer({ scoring: { ScoreStream } } as unknown as MeshClient, timeoutMs);
  const answer = (sequence: unknown): ScoreStreamResponse =>
    ({ sequence: String(sequence), response: { predictionId: `p${sequence}` } }) as ScoreStreamResponse;

  test('results come in the order of the requests, whatever the order of the answers', async () => {
    const scorer = scorerOf(async function* (requests) {
      let held: ScoreStreamRequest[] = [];
      for await (const request of requests) {
        held.push(request);
        if (held.length < 3) continue;
        for (const { sequence } of held.reverse()) yield answer(sequence);
        held = [];
      }
    });
    for (const ids of [
      ['p0', 'p1', 'p2'],
      ['p3', 'p4', 'p5'],
    ]) {
      const results = await scorer.score([{}, {}, {}]);
      expect(results.map(({ response }) => response?.predictionId)).toEqual(ids);
    }
    await scorer.close();
  });

  test('a stream that breaks fails what it carried, and the next scores open another', async () => {
    let opened = 0;
    const scorer = scorerOf(async function* (requests) {
      opened += 1;
      for await (const { sequence } of requests) {
        if (opened === 1 && sequence === 1) throw new Error('gone');
        yield answer(sequence);
      }
    });
    const first = await scorer.score([{}, {}, {}]);
    expect(first.map(({ error }) => error?.reason)).toEqual([undefined, 'INTERNAL', 'INTERNAL']);
    const second = await scorer.score([{}, {}]);
    expect(second.map(({ error }) => error)).toEqual([undefined, undefined]);
    expect(opened).toBe(2);
    await scorer.close();
  });

  test('a mesh that never answers fails the scores when their time is up', async () => {
    const scorer = scorerOf(async function* (requests) {
      for await (const { sequence } of requests) if (sequence === -1) yield answer(sequence);
    }, 5);
    const results = await scorer.score([{}, {}]);
    expect(results.map(({ error }) => error?.reason)).toEqual([
      'DEADLINE_PASSED_WAITING',
      'DEADLINE_PASSED_WAITING',
    ]);
    await scorer.close();
  });
});

test('progress is one line redrawn on a terminal, and a line now and then elsewhere', () => {
  const state = {
    minute: 49,
    departed: 600,
    scored: 600,
    elapsedMs: 1000,
    latencies: createLatencies(),
    failures: { total: () => 0 },
  } as unknown as ReplayState;
  const options = { fromMinute: 0, toMinute: 100, limit: Number.POSITIVE_INFINITY };
  const shownBy = (isTTY: boolean): string[] => {
    const written: string[] = [];
    let now = 0;
    const out = { isTTY, columns: 200, write: (text: string) => written.push(text) };
    const progress = createProgress(out, options, () => now);
    for (now = 0; now < 12_000; now += 1000) progress.show(state);
    return written;
  };
  expect(shownBy(true)).toHaveLength(12);
  const bar = `\r\x1b[2K[${'#'.repeat(12)}${'-'.repeat(12)}] `;
  expect(shownBy(true)[0]).toBe(`${bar} 50 %  2001-01-01T00:49  600/s  p50 -  p99 -  1 s left`);
  expect(shownBy(false)).toHaveLength(2);
  expect(shownBy(false)[0]).toMatch(/^ {1}50 % .*\n$/);
});
