import type { Datatype, View, WindowSource } from '../../../services/feature/declarations/declarations.ts';
import { createViewProgram } from '../../../services/feature/engine/create-view-program.ts';
import type { ViewReading } from '../../../services/feature/engine/view-program.ts';
import { condition, newCursor, rowBytes, type SampleEvent } from './sample-events.ts';
import { viewOf } from './sample-views.ts';

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;

/** A feature of a window; by default the count of an hour in tiles of five minutes. */
export function windowed(
  source: Partial<WindowSource>,
  datatype: Datatype = 'INT64',
): { readonly datatype: Datatype; readonly source: WindowSource } {
  const none = { field: undefined, condition: undefined, where: undefined };
  const hour = { windowMs: hourMs, tileMs: 5 * minuteMs };
  return { datatype, source: { kind: 'window', aggregate: 'count', ...none, ...hour, ...source } };
}

export function windowedView(...features: Parameters<typeof viewOf>[1]): View {
  return viewOf('windowed', features);
}

/** A state that is driven by hand; each event is ingested a millisecond after the one before. */
export function drive(view: View, horizonMs: number) {
  const state = createViewProgram(view, condition).start(horizonMs);
  const row = newCursor();
  let ingestMs = 0;
  return {
    offer(timeMs: number, values: SampleEvent['values'] = {}): void {
      row.set(rowBytes({ timeMs, layout: 'new', values }), 0);
      ingestMs += 1;
      state.offer(row, ingestMs);
    },
    advance: (toMs: number) => state.advance(toMs),
    read(): ViewReading {
      const reading = createViewProgram(view, condition).reading();
      state.read(reading);
      return reading;
    },
    sizeBytes: () => state.sizeBytes(),
  };
}
