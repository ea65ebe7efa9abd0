import { join } from 'node:path';
import { hashBytes } from '../../kit/transparency/merkle-hash.ts';
import type { TreeHead } from '../../kit/transparency/merkle-proof.ts';
import { bytesOfBase64, numberOfDecimal } from '../../kit/transparency/text-forms.ts';
import { treeCorrupt } from './tile-files.ts';
import { readSmallFile, replaceFileDurably, type TreeDisk } from './tree-disk.ts';

const firstLine = 'scoremesh tree v1';
const maxBytes = 256;

/**
 * The head of the tree when its files were last brought up to date: all full tiles of that size are durable before it is written.
 * What does not lead to it at the next start is damaged, or is another log.
 */
export async function readStoredHead(disk: TreeDisk, folder: string): Promise<TreeHead | undefined> {
  const path = headPath(folder);
  const bytes = await readSmallFile(disk, path, maxBytes);
  if (bytes === undefined) return undefined;
  const [first, sizeLine = '', rootLine = '', rest] = bytes.toString('latin1').split('\n');
  const size = numberOfDecimal(sizeLine);
  const rootHash = bytesOfBase64(rootLine);
  if (first !== firstLine || size === undefined || rootHash?.length !== hashBytes || rest !== '')
    throw treeCorrupt(path, 'it is no head of a tree');
  return { size, rootHash };
}

/** Durable when it resolves. */
export async function writeStoredHead(disk: TreeDisk, folder: string, head: TreeHead): Promise<void> {
  const text = `${firstLine}\n${head.size}\n${head.rootHash.toString('base64')}\n`;
  await replaceFileDurably(disk, headPath(folder), Buffer.from(text));
}

export function headPath(folder: string): string {
  return join(folder, 'head');
}
