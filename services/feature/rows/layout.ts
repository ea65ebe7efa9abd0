import type { Feature__Output } from '../../gen/scoremesh/feature/v1/Feature.ts';
import type { Datatype } from '../declarations/schema.ts';

/**
 * How the values of a view's row lie in its bytes, all little-endian:
 *
 *   0 uint32 layout id · 4 float64 event time, Unix ms · 12 float64 ingest time, Unix ms · 20 one bit a feature, set if null ·
 *   then each feature in declared order: FP32 4 bytes, FP64 and INT64 8, BOOL 1, BYTES uint32 offset from the row's start and
 *   uint32 length · then the texts.
 *
 * The layout id names the features and types that were declared when the row was written. A view whose declaration changed
 * gets a new layout; its older rows are read by name: a feature of the same name and type has its value, another is NOT_FOUND.
 */
export interface Layout {
  /** The same for two layouts exactly if rows of one can be read as rows of the other. */
  readonly signature: string;
  readonly slots: ReadonlyMap<string, Slot>;
  /** Bytes of a row without its texts. */
  readonly fixedBytes: number;
}

export interface Slot {
  readonly datatype: Datatype;
  /** Where the value is in a row. */
  readonly offset: number;
  /** Where its null bit is. */
  readonly nullOffset: number;
  readonly nullMask: number;
}

export const layoutIdOffset = 0;
export const eventTimeOffset = 4;
export const ingestTimeOffset = 12;
export const nullBitsOffset = 20;

const slotBytes: Readonly<Record<Datatype, number>> = { FP32: 4, FP64: 8, INT64: 8, BOOL: 1, BYTES: 8 };

export function layoutOf(features: readonly Pick<Feature__Output, 'name' | 'datatype'>[]): Layout {
  const slots = new Map<string, Slot>();
  let offset = nullBitsOffset + Math.ceil(features.length / 8);
  for (const [index, { name, datatype }] of features.entries()) {
    if (!isDatatype(datatype)) throw new Error(`feature ${name} is of unknown type ${datatype}`);
    slots.set(name, {
      datatype,
      offset,
      nullOffset: nullBitsOffset + (index >> 3),
      nullMask: 1 << (index & 7),
    });
    offset += slotBytes[datatype];
  }
  return {
    signature: JSON.stringify(features.map(({ name, datatype }) => [name, datatype])),
    slots,
    fixedBytes: offset,
  };
}

/** The layout with this signature. */
export function layoutOfSignature(signature: string): Layout {
  const features = JSON.parse(signature) as [string, string][];
  return layoutOf(features.map(([name, datatype]) => ({ name, datatype })));
}

function isDatatype(datatype: string): datatype is Datatype {
  return Object.hasOwn(slotBytes, datatype);
}
