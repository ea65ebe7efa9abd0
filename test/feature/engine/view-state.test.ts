import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { View } from '../../../services/feature/declarations/declarations.ts';
import { createViewProgram } from '../../../services/feature/engine/create-view-program.ts';
import type { ViewProgram, ViewState } from '../../../services/feature/engine/view-program.ts';
import { type IngestedEvent, type Said, said, saidBy } from './oracle.ts';
import { condition, eventValues, newCursor, rowBytes, type SampleEvent } from './sample-events.ts';
import { latestViews, viewOf, windowedViews } from './sample-views.ts';

type Step =
  | { readonly kind: 'offer'; readonly event: SampleEvent; readonly sameCommit: boolean }
  | { readonly kind: 'advance'; readonly byMs: number }
  | { readonly kind: 'read' };

/** Far from the epoch, at it, and before it; times are multiples of 2^-10 ms, most of them of 1 ms, many equal. */
function steps(baseMs: number, huge: boolean): fc.Arbitrary<Step[]> {
  const time = fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: -20, max: 60 }) },
    { weight: 1, arbitrary: fc.integer({ min: -1000, max: 1000 }) },
    { weight: 1, arbitrary: fc.integer({ min: -20 * 1024, max: 60 * 1024 }).map((units) => units / 1024) },
  );
  const event = fc
    .tuple(time, eventValues(huge))
    .map(([timeMs, rest]): SampleEvent => ({ timeMs: baseMs + timeMs, ...rest }));
  const by = fc.oneof(
    { weight: 5, arbitrary: fc.integer({ min: 0, max: 12 }) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 5000 }).map((units) => units / 1024) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 900 }) },
  );
  return fc.array(
    fc.oneof(
      { weight: 6, arbitrary: fc.record({ kind: fc.constant('offer'), event, sameCommit: fc.boolean() }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('advance'), byMs: by }) },
      { weight: 2, arbitrary: fc.constant({ kind: 'read' }) },
    ) as fc.Arbitrary<Step>,
    { maxLength: 40 },
  );
}

const runs = fc
  .tuple(fc.constantFrom(0, -37, 1.7e12, -1.7e12), fc.boolean())
  .chain(([baseMs, huge]) => fc.record({ baseMs: fc.constant(baseMs), steps: steps(baseMs, huge) }));

const row = newCursor();

function offer(state: ViewState, event: IngestedEvent): void {
  // The state must not keep what is the caller's: the bytes are overwritten.
  const bytes = rowBytes(event);
  row.set(bytes, 0);
  state.offer(row, event.ingestMs);
  bytes.fill(0xff, 16);
}

function sayingOf(program: ViewProgram, state: ViewState): Said {
  const reading = program.reading();
  state.read(reading);
  return saidBy(program.view, reading);
}

/** A state that sees these events at once. */
function freshSaying(program: ViewProgram, events: readonly IngestedEvent[], atMs: number): Said {
  const state = program.start(atMs);
  for (const event of events) offer(state, event);
  return sayingOf(program, state);
}

function compare(view: View, run: { readonly baseMs: number; readonly steps: readonly Step[] }): void {
  const program = createViewProgram(view, condition);
  const state = program.start(run.baseMs);
  const events: IngestedEvent[] = [];
  let ingestMs = 1000;
  let atMs = run.baseMs;
  let before: { readonly saying: Said; readonly untilMs: number } | undefined;
  for (const step of [...run.steps, { kind: 'read' } as const]) {
    if (step.kind === 'offer') {
      ingestMs += step.sameCommit ? 0 : 1 / 1024;
      const event = { ...step.event, ingestMs };
      events.push(event);
      offer(state, event);
      before = undefined;
    } else if (step.kind === 'advance') {
      atMs += step.byMs;
      state.advance(atMs);
      if (before !== undefined && atMs < before.untilMs)
        expect(sayingOf(program, state), 'until it is no longer steady').toEqual(before.saying);
    } else {
      const wanted = said(view, events, atMs);
      expect(sayingOf(program, state), 'incremental').toEqual(wanted);
      expect(sayingOf(program, state), 'read again').toEqual(wanted);
      expect(freshSaying(program, events, atMs), 'fresh').toEqual(wanted);
      const reached = events.filter(({ timeMs }) => timeMs >= program.reachStart(atMs));
      expect(freshSaying(program, reached, atMs), 'fresh, of what is within reach').toEqual(wanted);
      before = { saying: wanted, untilMs: state.steadyUntilMs() };
    }
  }
}

test('a windowed view says what the semantics say, however its events come and its moment moves', () => {
  fc.assert(
    fc.property(windowedViews, runs, (view, run) => compare(view, run)),
    { numRuns: 2000 },
  );
});

test('a view of the latest values says what the semantics say, however its events come and its moment moves', () => {
  fc.assert(
    fc.property(latestViews, runs, (view, run) => compare(view, run)),
    { numRuns: 500 },
  );
});

test('sums are exact where rounding, cancellation or overflow on the way would show', () => {
  const source = { kind: 'window', field: 'wide', condition: undefined, where: undefined } as const;
  const sums = (['sum', 'mean'] as const).flatMap((aggregate) =>
    [3, 12].map((windowMs) => ({
      datatype: 'FP64' as const,
      source: { ...source, aggregate, windowMs, tileMs: windowMs / 3 },
    })),
  );
  const view = viewOf('windowed', sums);
  fc.assert(
    fc.property(runs, (run) => compare(view, run)),
    { numRuns: 1000 },
  );
});
