import type {
  AbsentPolicy,
  Datatype,
  FeatureSet,
  Scalar,
  SetColumn,
  SetInput,
  StalePolicy,
  View,
} from '../declarations/declarations.ts';
import type { ViewReading } from '../engine/view-program.ts';
import { computationsOf, type SetComputation } from './expressions.ts';
import { valueBytes } from './reply.ts';
import type { ViewSource } from './view-source.ts';

/** Everything about reading a set that doesn't depend on the request, worked out once. */
export interface ReadPlan {
  readonly name: string;
  /** Empty for features that were named one by one. */
  readonly digest: string;
  /** How many features the set has. */
  readonly width: number;
  /** Their names, in order. */
  readonly names: readonly string[];
  readonly blocks: readonly Block[];
  /** Columns of times: one for each view with features in the set, and one for transforms. */
  readonly times: number;
  /** The column of each feature, one uint16 little-endian. */
  readonly timeColumns: Buffer;
  readonly views: readonly ViewPlan[];
  /** Keys that a row must name. */
  readonly keys: readonly string[];
  /** Undefined for sets without expressions: then rows cost nothing for them. */
  readonly expressions: ExpressionPlan | undefined;
}

/** Consecutive features of one type. */
export interface Block {
  readonly datatype: Datatype;
  readonly features: number;
  /** Bytes of a value; 0 for BYTES, whose values differ in size. */
  readonly valueBytes: number;
}

/** The place of a value in the reply. */
export interface Cell {
  /** In the set. */
  readonly position: number;
  readonly datatype: Datatype;
  /** Index of its block, and place in it. */
  readonly block: number;
  readonly blockPlace: number;
}

/** What of one view goes where. */
export interface ViewPlan {
  readonly source: ViewSource;
  readonly keys: readonly string[];
  /** Infinity for no limit. */
  readonly maxAgeMs: number;
  /** Older values are forgotten; Infinity for never. */
  readonly retentionMs: number;
  /** What the state said last; reused from row to row. */
  readonly reading: ViewReading;
  readonly cells: readonly ViewCell[];
  /** The times' place in a row of the reply; of no meaning without cells. */
  readonly timeColumn: number;
}

export interface ViewCell extends Cell {
  readonly name: string;
  /** Of the feature in its view. */
  readonly place: number;
  readonly absent: AbsentPolicy;
  readonly stale: StalePolicy;
}

export interface ExpressionPlan {
  readonly inputs: readonly SetInput[];
  readonly derivedKeys: readonly SetComputation<string>[];
  readonly transforms: readonly TransformPlan[];
  /** The place of their times in a row of the reply; undefined if none is a feature. */
  readonly timeColumn: number | undefined;
}

export interface TransformPlan {
  readonly computation: SetComputation<Scalar>;
  /** Undefined for one that only others read. */
  readonly cell: (Cell & { readonly absent: AbsentPolicy }) | undefined;
}

/** `retentionOf`: how long a stream keeps events now, whenever the set was declared; undefined for ever. */
export function planRead(
  set: FeatureSet,
  sourceOf: (view: View) => ViewSource,
  retentionOf: (view: View) => number | undefined,
): ReadPlan {
  const { blocks, cells } = layOut(set.columns);
  const times = layOutTimes(set.columns);
  const views = set.views.map((view) =>
    viewPlan(set, sourceOf(view), retentionOf(view), cells, times.get(view.name) ?? 0),
  );
  return {
    name: set.name,
    digest: set.digest,
    width: set.columns.length,
    names: set.columns.map(({ name }) => name),
    blocks,
    times: times.size,
    timeColumns: timeColumns(set.columns, times),
    views,
    keys: set.keys,
    expressions:
      set.transforms.length === 0 && set.derivedKeys.size === 0
        ? undefined
        : expressionPlan(set, views, cells, times.get(ofTransforms)),
  };
}

function layOut(columns: readonly SetColumn[]): { blocks: Block[]; cells: Cell[] } {
  const blocks: { datatype: Datatype; features: number; valueBytes: number }[] = [];
  const cells = columns.map(({ datatype }, position) => {
    let block = blocks.at(-1);
    if (block?.datatype !== datatype) {
      block = { datatype, features: 0, valueBytes: valueBytes[datatype] };
      blocks.push(block);
    }
    return { position, datatype, block: blocks.length - 1, blockPlace: block.features++ };
  });
  return { blocks, cells };
}

/** Stands for transforms among the names of views. */
const ofTransforms = '';

function timesOf({ source }: SetColumn): string {
  return source.kind === 'feature' ? source.view.name : ofTransforms;
}

/** The columns of times, by what has them: each view of the set, and transforms. */
function layOutTimes(columns: readonly SetColumn[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const column of columns) {
    const name = timesOf(column);
    if (!times.has(name)) times.set(name, times.size);
  }
  return times;
}

function timeColumns(columns: readonly SetColumn[], times: ReadonlyMap<string, number>): Buffer {
  const written = Buffer.alloc(columns.length * 2);
  for (const [position, column] of columns.entries())
    written.writeUInt16LE(times.get(timesOf(column)) ?? 0, position * 2);
  return written;
}

function viewPlan(
  set: FeatureSet,
  source: ViewSource,
  retentionMs: number | undefined,
  cells: readonly Cell[],
  timeColumn: number,
): ViewPlan {
  // The view as it is computed: the set's own may have the same features in another order.
  const { view } = source;
  return {
    source,
    keys: view.entity?.keys ?? [],
    maxAgeMs: view.maxAgeMs ?? Number.POSITIVE_INFINITY,
    retentionMs:
      view.kind === 'latest' ? (retentionMs ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY,
    reading: source.program.reading(),
    timeColumn,
    cells: set.columns.flatMap((column, position) => {
      const cell = cells[position];
      if (column.source.kind !== 'feature' || column.source.view.name !== view.name || cell === undefined)
        return [];
      const { feature } = column.source;
      const place = view.features.findIndex(({ name }) => name === feature.name);
      return [{ ...cell, name: column.name, place, absent: column.absent, stale: column.stale }];
    }),
  };
}

function expressionPlan(
  set: FeatureSet,
  views: readonly ViewPlan[],
  cells: readonly Cell[],
  timeColumn: number | undefined,
): ExpressionPlan {
  const { transforms, derivedKeys } = computationsOf(
    set,
    views.map(({ source }) => source.view),
  );
  return {
    inputs: set.inputs,
    timeColumn,
    derivedKeys,
    transforms: transforms.map((computation) => {
      const position = set.columns.findIndex(
        ({ source }) => source.kind === 'transform' && source.transform.name === computation.name,
      );
      const cell = cells[position];
      const absent = set.columns[position]?.absent ?? { kind: 'null' };
      return { computation, cell: cell === undefined ? undefined : { ...cell, absent } };
    }),
  };
}
