import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { numberOfDecimal } from '../../kit/transparency/text-forms.ts';
import type { Disk } from '../disk.ts';
import { readSmallFile, replaceFileDurably, type TreeDisk } from '../tree/tree-disk.ts';
import { corrupt } from './segment.ts';

/** Where a log begins whose first segments were removed. */
export interface PruningNote {
  /** Number of the first segment that belongs to the log. */
  readonly segment: number;
  /** Index of its first record. */
  readonly firstIndex: number;
  readonly salt: number;
  /** The record of the log that says so. */
  readonly recordId: string;
}

/** `pruning`: what is about to be removed; `pruned`: what is no longer part of the log, whether it is removed yet or not. */
export type PruningStage = 'pruning' | 'pruned';

const firstLine = 'scoremesh pruning v1';
const maxBytes = 256;

/** Entries of a bundle, c2sp.org/tlog-tiles. */
const bundleEntries = 256;

/** The published minimum index of a log that begins with this one: from there on every bundle of entries is whole. */
export function minimumIndexOf(firstIndex: number): number {
  return Math.ceil(firstIndex / bundleEntries) * bundleEntries;
}

/** The note in the folder of segments; undefined if there is none. STATE_CORRUPT if it is damaged. */
export async function readPruningNote(
  disk: Disk,
  folder: string,
  stage: PruningStage,
): Promise<PruningNote | undefined> {
  const path = pathOf(folder, stage);
  const bytes = await readSmallFile(disk, path, maxBytes);
  if (bytes === undefined) return undefined;
  const text = bytes.toString('latin1');
  const [first, ...lines] = text.split('\n');
  const [segment, firstIndex, salt] = lines.slice(0, 3).map(numberOfDecimal);
  const [, , , recordId = '', checksum = '', end] = lines;
  const signed = text.slice(0, text.length - checksum.length - 1);
  const isWhole = first === firstLine && end === '' && lines.length === 6 && checksum === checksumOf(signed);
  if (!isWhole || segment === undefined || firstIndex === undefined || salt === undefined)
    throw corrupt(path, 0, 'it does not say where the log begins');
  return { segment, firstIndex, salt, recordId };
}

/** Durable when it resolves. */
export async function writePruningNote(
  disk: TreeDisk,
  folder: string,
  stage: PruningStage,
  { segment, firstIndex, salt, recordId }: PruningNote,
): Promise<void> {
  const signed = `${firstLine}\n${segment}\n${firstIndex}\n${salt}\n${recordId}\n`;
  await replaceFileDurably(disk, pathOf(folder, stage), Buffer.from(`${signed}${checksumOf(signed)}\n`));
}

/** Durable when it resolves; nothing if there is none. */
export async function removePruningNote(disk: Disk, folder: string, stage: PruningStage): Promise<void> {
  await disk.remove(pathOf(folder, stage));
  await disk.syncFolder(folder);
}

function pathOf(folder: string, stage: PruningStage): string {
  return join(folder, stage);
}

function checksumOf(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}
