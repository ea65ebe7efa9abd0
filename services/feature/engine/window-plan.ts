import type { View, ViewFeature, WindowSource } from '../declarations/declarations.ts';
import type { Accumulator } from './accumulator.ts';
import { countOf, rateOf } from './counts.ts';
import { distinctOf } from './distinct.ts';
import { extremeOf } from './extremes.ts';
import { meanOf, sumOf } from './sums.ts';
import type { Condition } from './view-program.ts';

/** A feature of a window, and where its numbers and things are in a row of the window's tiles. */
export interface WindowCell {
  /** Of the feature in the view. */
  readonly place: number;
  readonly accumulator: Accumulator;
  readonly where: Condition | undefined;
  readonly numbersAt: number;
  readonly thingsAt: number;
}

/**
 * What the features of a view with the same window and tiles share. A tile with number k holds the events with k * tileMs <= event time <
 * (k + 1) * tileMs, so that one on an edge belongs to the later tile. At moment T the window holds the tiles from number
 * floor(T / tileMs) - tiles on, and of the one that T is in what happened up to and including T: at least windowMs, and less than
 * windowMs + tileMs.
 */
export interface WindowPlan {
  readonly windowMs: number;
  readonly tileMs: number;
  /** Whole tiles before the one that the moment is in. */
  readonly tiles: number;
  readonly cells: readonly WindowCell[];
  /** Width of a row of the table of tiles. */
  readonly numbers: number;
  readonly things: number;
  /** Whether any cell is folded from its tiles. */
  readonly folds: boolean;
}

/** A feature that is the last value in its window. */
export interface LastPlan {
  readonly place: number;
  readonly field: string;
  readonly feature: ViewFeature;
  readonly where: Condition | undefined;
  readonly tileMs: number;
  readonly tiles: number;
}

/** Number of the first tile of a window. */
export function firstTile({ tileMs, tiles }: Pick<WindowPlan, 'tileMs' | 'tiles'>, atMs: number): number {
  return Math.floor(atMs / tileMs) - tiles;
}

export function planWindows(
  view: View,
  conditions: (source: string) => Condition,
): { readonly windows: readonly WindowPlan[]; readonly lasts: readonly LastPlan[] } {
  const groups = new Map<string, { feature: ViewFeature; source: WindowSource; place: number }[]>();
  const lasts: LastPlan[] = [];
  for (const [place, feature] of view.features.entries()) {
    const { source } = feature;
    if (source.kind !== 'window') throw new Error(`feature ${view.name}.${feature.name} has no window`);
    const { tileMs, windowMs } = source;
    if (source.aggregate === 'last') {
      const where = source.where === undefined ? undefined : conditions(source.where);
      lasts.push({ place, field: source.field ?? '', feature, where, tileMs, tiles: windowMs / tileMs });
      continue;
    }
    const key = `${windowMs}/${tileMs}`;
    const group = groups.get(key) ?? [];
    group.push({ feature, source, place });
    groups.set(key, group);
  }
  const windows = [...groups.values()].map((group) => {
    let numbers = 0;
    let things = 0;
    const cells = group.map(({ feature, source, place }) => {
      const accumulator = accumulatorOf(view, feature, source, conditions);
      const where = source.where === undefined ? undefined : conditions(source.where);
      const cell = { place, accumulator, where, numbersAt: numbers, thingsAt: things };
      numbers += accumulator.numbers;
      things += accumulator.things;
      return cell;
    });
    const { windowMs, tileMs } = group[0]?.source ?? { windowMs: 0, tileMs: 1 };
    const folds = cells.some(({ accumulator }) => !accumulator.invertible);
    return { windowMs, tileMs, tiles: windowMs / tileMs, cells, numbers, things, folds };
  });
  return { windows, lasts };
}

function accumulatorOf(
  view: View,
  { name, datatype }: ViewFeature,
  source: WindowSource,
  conditions: (source: string) => Condition,
): Accumulator {
  const field = view.stream.fields.find((candidate) => candidate.name === source.field);
  const wanted = (): { readonly name: string; readonly datatype: typeof datatype } => {
    if (field === undefined) throw new Error(`feature ${view.name}.${name} reads no field of its stream`);
    return field;
  };
  switch (source.aggregate) {
    case 'count':
      return countOf(datatype);
    case 'rate': {
      const condition = conditions(source.condition ?? 'false');
      return rateOf(datatype, (row) => condition.test(row));
    }
    case 'sum':
      return sumOf(datatype, wanted());
    case 'mean':
      return meanOf(datatype, wanted());
    case 'min':
      return extremeOf(datatype, wanted(), -1);
    case 'max':
      return extremeOf(datatype, wanted(), 1);
    case 'distinct':
      return distinctOf(datatype, wanted());
    case 'last':
      throw new Error('the last value is no accumulator');
  }
}
