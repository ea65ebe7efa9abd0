import type { GetFeaturesResponse__Output } from '../../gen/scoremesh/feature/v1/GetFeaturesResponse.ts';
import { MeshError } from '../../kit/errors/mesh-error.ts';
import { maxReplyTextBytes } from '../config.ts';
import type { Datatype, Scalar } from '../declarations/declarations.ts';
import type { Cell, ReadPlan } from './read-plan.ts';
import type { Region, Slab } from './slab.ts';

const noText = new Uint8Array(0);

/**
 * A reply while it is written. Times and every block but BYTES lie in one piece of memory, those of 8 bytes first, so that
 * each is aligned to its values and a typed array can be laid over it.
 */
export interface Reply {
  readonly region: Region;
  readonly eventTimes: number;
  readonly ingestTimes: number;
  readonly statuses: number;
  /** Where each block begins in the region; of no meaning for BYTES. */
  readonly blocks: readonly number[];
  /** The texts of each BYTES block; undefined for other blocks. */
  readonly texts: readonly (Uint8Array[] | undefined)[];
  textBytes: number;
}

export function startReply(plan: ReadPlan, rows: number, slab: Slab): Reply {
  const values = rows * plan.width;
  const times = rows * plan.times;
  let size = times * 16;
  const offsets: number[] = [];
  for (const valueBytes of [8, 4, 1]) {
    for (const [index, block] of plan.blocks.entries()) {
      if (block.valueBytes !== valueBytes) continue;
      offsets[index] = size;
      size += rows * block.features * valueBytes;
    }
  }
  const region = slab.take(size + values);
  const { offset } = region;
  return {
    region,
    eventTimes: offset,
    ingestTimes: offset + times * 8,
    statuses: offset + size,
    blocks: plan.blocks.map((_, index) => offset + (offsets[index] ?? 0)),
    texts: plan.blocks.map((block) => (block.datatype === 'BYTES' ? [] : undefined)),
    textBytes: 0,
  };
}

/** Where a cell's value lies in the region. */
export function valueOffset(reply: Reply, plan: ReadPlan, cell: Cell, rowIndex: number): number {
  const block = plan.blocks[cell.block];
  if (block === undefined) return 0;
  return (reply.blocks[cell.block] ?? 0) + (rowIndex * block.features + cell.blockPlace) * block.valueBytes;
}

export function writeText(
  reply: Reply,
  plan: ReadPlan,
  cell: Cell,
  rowIndex: number,
  text: Uint8Array,
): void {
  reply.textBytes += text.length;
  if (reply.textBytes > maxReplyTextBytes)
    throw new MeshError(
      'MESSAGE_TOO_LARGE',
      `the texts of the rows asked for have more than ${maxReplyTextBytes} bytes; ask for fewer rows at once`,
    );
  const features = plan.blocks[cell.block]?.features ?? 0;
  const texts = reply.texts[cell.block];
  if (texts !== undefined) texts[rowIndex * features + cell.blockPlace] = text;
}

/** What stands where there is no value: NaN, 0, false or empty. */
export function writeNothing(reply: Reply, plan: ReadPlan, cell: Cell, rowIndex: number): void {
  const { data } = reply.region;
  if (cell.datatype === 'FP32') data.setFloat32(valueOffset(reply, plan, cell, rowIndex), Number.NaN, true);
  else if (cell.datatype === 'FP64')
    data.setFloat64(valueOffset(reply, plan, cell, rowIndex), Number.NaN, true);
  else if (cell.datatype === 'BYTES') writeText(reply, plan, cell, rowIndex, noText);
  // Memory of a region is zero until it is written to.
}

export function writeTimes(
  { region, eventTimes, ingestTimes }: Reply,
  { times }: ReadPlan,
  column: number,
  rowIndex: number,
  eventTimeMs: number,
  ingestTimeMs: number,
): void {
  const at = (rowIndex * times + column) * 8;
  region.data.setFloat64(eventTimes + at, eventTimeMs, true);
  region.data.setFloat64(ingestTimes + at, ingestTimeMs, true);
}

/** A value that does not come from an event: of a declaration or an expression, already of the cell's datatype. */
export function writeScalar(reply: Reply, plan: ReadPlan, cell: Cell, rowIndex: number, value: Scalar): void {
  const { data } = reply.region;
  const at = valueOffset(reply, plan, cell, rowIndex);
  if (cell.datatype === 'FP32') data.setFloat32(at, Number(value), true);
  else if (cell.datatype === 'FP64') data.setFloat64(at, Number(value), true);
  else if (cell.datatype === 'INT64') data.setBigInt64(at, BigInt(value), true);
  else if (cell.datatype === 'BOOL') data.setUint8(at, value === true ? 1 : 0);
  else writeText(reply, plan, cell, rowIndex, Buffer.from(String(value), 'utf8'));
}

/** What is true of the reply as a whole. */
export interface ReplyMoments {
  readonly asOf: number;
  readonly asOfIngest: number;
  readonly rowMoments: Buffer;
}

export function finishReply(
  reply: Reply,
  plan: ReadPlan,
  rows: number,
  moments: ReplyMoments,
): GetFeaturesResponse__Output {
  const { buffer } = reply.region;
  const times = rows * plan.times * 8;
  return {
    digest: plan.digest,
    blocks: plan.blocks.map((block, index) => {
      const texts = reply.texts[index];
      const length = rows * block.features * block.valueBytes;
      const data = texts === undefined ? Buffer.from(buffer, reply.blocks[index], length) : joinTexts(texts);
      return { datatype: block.datatype, features: block.features, data };
    }),
    statuses: Buffer.from(buffer, reply.statuses, rows * plan.width),
    eventTimes: Buffer.from(buffer, reply.eventTimes, times),
    ingestTimes: Buffer.from(buffer, reply.ingestTimes, times),
    timeColumns: plan.timeColumns,
    ...moments,
  };
}

/** Each text behind its length, as the Open Inference Protocol packs BYTES. */
function joinTexts(texts: readonly Uint8Array[]): Buffer {
  const joined = Buffer.allocUnsafe(texts.reduce((sum, text) => sum + 4 + text.length, 0));
  let offset = 0;
  for (const text of texts) {
    offset = joined.writeUInt32LE(text.length, offset);
    joined.set(text, offset);
    offset += text.length;
  }
  return joined;
}

/** Bytes of a value in a block; 0 for BYTES, whose values differ in size. */
export const valueBytes: Readonly<Record<Datatype, number>> = {
  FP32: 4,
  FP64: 8,
  INT64: 8,
  BOOL: 1,
  BYTES: 0,
};
