import type { GetFeaturesResponse__Output } from '../../gen/scoremesh/feature/v1/GetFeaturesResponse.ts';
import { MeshError } from '../../kit/errors/mesh-error.ts';
import { maxReplyTextBytes } from '../config.ts';
import type { Column, ReadPlan } from './read-plan.ts';
import type { Region, Slab } from './slab.ts';

/** Numbers of scoremesh.scoring.v1.FeatureStatus. */
export const Status = { PRESENT: 1, NULL_VALUE: 2, NOT_FOUND: 3, OUTSIDE_MAX_AGE: 4 } as const;
export type Status = (typeof Status)[keyof typeof Status];

const noText = Buffer.alloc(0);

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
  readonly texts: readonly (Buffer[] | undefined)[];
  textBytes: number;
}

export function startReply(plan: ReadPlan, rows: number, slab: Slab): Reply {
  const values = rows * plan.width;
  let size = values * 16;
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
    ingestTimes: offset + values * 8,
    statuses: offset + size,
    blocks: plan.blocks.map((_, index) => offset + (offsets[index] ?? 0)),
    texts: plan.blocks.map((block) => (block.datatype === 'BYTES' ? [] : undefined)),
    textBytes: 0,
  };
}

/** Copies the value of a column out of a stored row. */
export function writeValue(
  reply: Reply,
  plan: ReadPlan,
  column: Column,
  rowIndex: number,
  row: DataView,
): void {
  const { slot } = column;
  const block = plan.blocks[column.block];
  if (slot === undefined || block === undefined) return;
  const cell = rowIndex * block.features + column.blockPlace;
  const at = (reply.blocks[column.block] ?? 0) + cell * block.valueBytes;
  const { data } = reply.region;
  switch (column.datatype) {
    case 'FP32':
      data.setUint32(at, row.getUint32(slot.offset, true), true);
      return;
    case 'FP64':
    case 'INT64':
      data.setUint32(at, row.getUint32(slot.offset, true), true);
      data.setUint32(at + 4, row.getUint32(slot.offset + 4, true), true);
      return;
    case 'BOOL':
      data.setUint8(at, row.getUint8(slot.offset));
      return;
    case 'BYTES': {
      const start = row.byteOffset + row.getUint32(slot.offset, true);
      const length = row.getUint32(slot.offset + 4, true);
      addText(reply, column, cell, Buffer.from(new Uint8Array(row.buffer, start, length)));
    }
  }
}

/** What stands where there is no value: NaN, 0, false or empty. */
export function writeNothing(reply: Reply, plan: ReadPlan, column: Column, rowIndex: number): void {
  const block = plan.blocks[column.block];
  if (block === undefined) return;
  const cell = rowIndex * block.features + column.blockPlace;
  const at = (reply.blocks[column.block] ?? 0) + cell * block.valueBytes;
  const { data } = reply.region;
  if (column.datatype === 'FP32') data.setFloat32(at, Number.NaN, true);
  else if (column.datatype === 'FP64') data.setFloat64(at, Number.NaN, true);
  else if (column.datatype === 'BYTES') addText(reply, column, cell, noText);
  // Memory of a region is zero until it is written to.
}

function addText(reply: Reply, column: Column, cell: number, text: Buffer): void {
  reply.textBytes += text.length;
  if (reply.textBytes > maxReplyTextBytes)
    throw new MeshError(
      'MESSAGE_TOO_LARGE',
      `the texts of the rows asked for have more than ${maxReplyTextBytes} bytes; ask for fewer rows at once`,
    );
  const texts = reply.texts[column.block];
  if (texts !== undefined) texts[cell] = text;
}

export function finishReply(
  reply: Reply,
  plan: ReadPlan,
  rows: number,
  asOfMs: number,
): GetFeaturesResponse__Output {
  const { buffer } = reply.region;
  const values = rows * plan.width;
  return {
    digest: plan.set.digest,
    blocks: plan.blocks.map((block, index) => {
      const texts = reply.texts[index];
      const length = rows * block.features * block.valueBytes;
      const data = texts === undefined ? Buffer.from(buffer, reply.blocks[index], length) : joinTexts(texts);
      return { datatype: block.datatype, features: block.features, data };
    }),
    statuses: Buffer.from(buffer, reply.statuses, values),
    eventTimes: Buffer.from(buffer, reply.eventTimes, values * 8),
    ingestTimes: Buffer.from(buffer, reply.ingestTimes, values * 8),
    asOf: asOfMs,
  };
}

/** Each text behind its length, as the Open Inference Protocol packs BYTES. */
function joinTexts(texts: readonly Buffer[]): Buffer {
  const joined = Buffer.allocUnsafe(texts.reduce((sum, text) => sum + 4 + text.length, 0));
  let offset = 0;
  for (const text of texts) {
    offset = joined.writeUInt32LE(text.length, offset);
    offset += text.copy(joined, offset);
  }
  return joined;
}
