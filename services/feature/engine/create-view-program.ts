import type { View } from '../declarations/declarations.ts';
import { LatestState } from './latest-state.ts';
import type { Condition, ViewProgram, ViewReading } from './view-program.ts';
import { firstTile, planWindows } from './window-plan.ts';
import { WindowedState } from './windowed-state.ts';

/** Makes a view ready to be computed; `conditions` compiles a condition over its stream's fields. */
export function createViewProgram(view: View, conditions: (source: string) => Condition): ViewProgram {
  const where = view.where === undefined ? undefined : conditions(view.where);
  const reading = (): ViewReading => emptyReading(view.features.length);
  if (view.kind === 'latest') {
    const features = view.features.map((feature, place) => ({
      place,
      field: feature.source.kind === 'latest' ? feature.source.field : '',
      feature,
    }));
    const plan = { where, features };
    return {
      view,
      reachStart: () => Number.NEGATIVE_INFINITY,
      start: (horizonMs) => new LatestState(plan, horizonMs),
      reading,
    };
  }
  const { windows, lasts } = planWindows(view, conditions);
  const spans = [...windows, ...lasts];
  const longest = spans.reduce((best, next) => {
    const longer = next.tiles * next.tileMs - best.tiles * best.tileMs;
    return longer > 0 || (longer === 0 && next.tileMs > best.tileMs) ? next : best;
  }, spans[0] ?? { tileMs: 1, tiles: 0 });
  const tiles = [...new Set(spans.map(({ tileMs }) => tileMs))];
  const plan = { where, windows, lasts, tiles, longest };
  return {
    view,
    reachStart: (asOfMs) => Math.min(...spans.map((span) => firstTile(span, asOfMs) * span.tileMs)),
    start: (horizonMs) => new WindowedState(plan, horizonMs),
    reading,
  };
}

function emptyReading(features: number): ViewReading {
  return {
    found: false,
    eventTimeMs: 0,
    ingestTimeMs: 0,
    nulls: new Uint8Array(features),
    numbers: new Float64Array(features),
    integers: new BigInt64Array(features),
    texts: new Array<Uint8Array>(features).fill(new Uint8Array(0)),
  };
}
