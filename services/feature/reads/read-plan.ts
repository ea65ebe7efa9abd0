import type { FeatureSet__Output } from '../../gen/scoremesh/feature/v1/FeatureSet.ts';
import type { FeatureView__Output } from '../../gen/scoremesh/feature/v1/FeatureView.ts';
import type { Datatype } from '../declarations/schema.ts';
import type { LatestStore, LatestTable } from '../latest-store.ts';
import type { Layout, Slot } from '../rows/layout.ts';

/** Everything about reading a set that doesn't depend on the request, worked out once. */
export interface ReadPlan {
  readonly set: FeatureSet__Output;
  /** How many features the set has. */
  readonly width: number;
  readonly blocks: readonly Block[];
  readonly views: readonly ViewPlan[];
}

/** Consecutive features of one type. */
export interface Block {
  readonly datatype: Datatype;
  readonly features: number;
  /** Bytes of a value; 0 for BYTES, whose values differ in size. */
  readonly valueBytes: number;
}

/** What of one view goes where. */
export interface ViewPlan {
  readonly table: LatestTable;
  readonly keys: readonly string[];
  /** Infinity for no limit. */
  readonly maxAgeMs: number;
  readonly columns: readonly Column[];
  /** The columns as rows of another layout have them, by layout id; filled as such rows are met. */
  readonly staleColumns: Map<number, readonly Column[]>;
}

export interface Column {
  /** Place in the set. */
  readonly position: number;
  readonly datatype: Datatype;
  /** Index of its block, and place in it. */
  readonly block: number;
  readonly blockPlace: number;
  /** Where rows have it; undefined if rows of this layout don't. */
  readonly slot: Slot | undefined;
}

const valueBytes: Readonly<Record<Datatype, number>> = { FP32: 4, FP64: 8, INT64: 8, BOOL: 1, BYTES: 0 };

export function planRead(
  set: FeatureSet__Output,
  views: ReadonlyMap<string, FeatureView__Output>,
  store: LatestStore,
): ReadPlan {
  const blocks: { datatype: Datatype; features: number; valueBytes: number }[] = [];
  const columnsByView = new Map<LatestTable, Column[]>();
  for (const [position, path] of set.features.entries()) {
    const [viewName = '', featureName = ''] = path.split('.');
    const table = store.tables.get(viewName);
    const slot = table?.layout.slots.get(featureName);
    if (table === undefined || slot === undefined || !views.has(viewName))
      throw new Error(`set ${set.name} names ${path}, which is not declared`);
    let block = blocks.at(-1);
    if (block?.datatype !== slot.datatype) {
      block = { datatype: slot.datatype, features: 0, valueBytes: valueBytes[slot.datatype] };
      blocks.push(block);
    }
    const column = {
      position,
      datatype: slot.datatype,
      block: blocks.length - 1,
      blockPlace: block.features++,
      slot,
    };
    const columns = columnsByView.get(table);
    if (columns === undefined) columnsByView.set(table, [column]);
    else columns.push(column);
  }
  const viewPlans = [...columnsByView].map(([table, columns]) => ({
    table,
    keys: table.view.keys,
    maxAgeMs: Number(table.view.maxAgeMs) || Number.POSITIVE_INFINITY,
    columns,
    staleColumns: new Map<number, readonly Column[]>(),
  }));
  return { set, width: set.features.length, blocks, views: viewPlans };
}

/** The view's columns in rows of an older layout: by name, if the type is still the same. */
export function columnsOfLayout(view: ViewPlan, set: FeatureSet__Output, layout: Layout): readonly Column[] {
  return view.columns.map((column) => {
    const name = set.features[column.position]?.split('.')[1] ?? '';
    const slot = layout.slots.get(name);
    return { ...column, slot: slot?.datatype === column.datatype ? slot : undefined };
  });
}
