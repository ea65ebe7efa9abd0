import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { isMeshError, MeshError } from '../../../kit/errors/mesh-error.ts';
import type { TreeHead } from '../../../kit/transparency/merkle-proof.ts';
import { errorCode } from '../../disk.ts';
import { frameLeafHash } from '../../log/frame.ts';
import { readPruningNote, writePruningNote } from '../../log/pruning-note.ts';
import { headerBytes, segmentPath } from '../../log/segment.ts';
import { auditFolders } from '../../opening.ts';
import { payloadName } from '../../sealing/payload-ref.ts';
import { realSealingDisk } from '../../sealing/sealing-disk.ts';
import { readStoredHead, writeStoredHead } from '../../tree/stored-head.ts';
import { type Tile, tileWidth } from '../../tree/tile.ts';
import { tilePath } from '../../tree/tile-path.ts';
import { requireLog } from '../audit-folder.ts';
import { Findings } from '../check/findings.ts';
import { type CheckedFrame, walkWholeLog } from '../check/log-walk.ts';
import { TreeCheck } from '../check/tree-check.ts';
import { copyBytes, makeEmptyFolder, syncPath } from './files.ts';
import { type AuditBackUp, type BackedUpSegment, writeManifest } from './manifest.ts';

export interface BackUpOptions {
  /** The audit folder. */
  readonly folder: string;
  /** A new folder. */
  readonly target: string;
  readonly softwareVersion: string;
  readonly progress: (share: number, records: number) => void;
}

const headTries = 30;
const headDelayMs = 100;

/** What the walk through the log ends with. */
const enough = new Error('the walk has come to the end of what is backed up');

/**
 * Copies a log as it is at one moment, without its keys and its index; a process may be writing to it. What it holds is verified on the way: every
 * entry, and that all lead to the root of the tree. Durable when it resolves. CONFIG_INVALID if the target is not empty.
 */
export async function backUpAudit(options: BackUpOptions): Promise<AuditBackUp> {
  requireLog(options.folder, 'back up');
  await makeEmptyFolder(options.target, 'back up to');
  try {
    return await copyLog(options);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    throw new MeshError(
      'STATE_CORRUPT',
      `a file of ${options.folder} went away while it was backed up (${(error as Error).message}): if it was pruned, remove ${options.target} and begin again`,
      {},
      error,
    );
  }
}

async function copyLog({ folder, progress, softwareVersion, target }: BackUpOptions): Promise<AuditBackUp> {
  const disk = realSealingDisk();
  const from = auditFolders(folder);
  const to = auditFolders(target);
  // All of it is durable in the log, and its full tiles are.
  const head = await headOf(from.tree);
  if (head === undefined)
    throw new MeshError(
      'STATE_CORRUPT',
      `${from.tree} has no head: start the audit role once, or rebuild it`,
    );
  const note = await readPruningNote(disk, from.log, 'pruned');
  const firstIndex = note?.firstIndex ?? 0;
  const findings = new Findings();
  const tiles = new TileCopies(to.tree);
  const tree = await TreeCheck.begin(
    { disk, folder: from.tree, findings, takeTile: async (tile) => await tiles.write(tile) },
    firstIndex,
  );
  await tree.addStored(firstIndex);

  /** By number: where in its file the last entry ends. */
  const ends = new Map<number, number>([[note?.segment ?? 1, headerBytes]]);
  const payloads = new Set<string>();
  const visit = (frame: CheckedFrame): void => {
    if (frame.index >= head.size) throw enough;
    tree.add(frameLeafHash(frame.bytes, frame.offset));
    ends.set(frame.segment, frame.offset + frame.length);
    if (frame.sealedKind === 'apart') payloads.add(payloadName(frame.sealed));
    if (frame.index + 1 === head.size) throw enough;
  };
  if (head.size > firstIndex)
    await walkWholeLog({
      disk,
      folder: from.log,
      findings,
      // Its end is being written.
      unclean: true,
      visit,
      lost: async (_, end) => await tree.addStored(Math.min(end, head.size)),
      progress: async (bytes, allBytes, records) => {
        await tree.compareTiles();
        progress(bytes / allBytes, records);
      },
    }).catch((error: unknown) => {
      if (error !== enough) throw error;
    });
  await tree.compareTiles();
  refuseDamage(folder, findings, tree, head);

  const segments = await copySegments(from.log, to.log, ends);
  const copied = await copyPayloads(from.payloads, to.payloads, payloads);
  if (note !== undefined) await writePruningNote(disk, to.log, 'pruned', note);
  await tiles.sync();
  await disk.makeFolder(to.tree);
  await writeStoredHead(disk, to.tree, head);
  const vkey = await readFile(join(folder, 'vkey'), 'utf8');
  await writeFile(join(target, 'vkey'), vkey, { flush: true });
  const sizeBytes = segments.reduce((sum, each) => sum + each.sizeBytes, copied.sizeBytes + tiles.sizeBytes);
  const manifest: AuditBackUp = {
    softwareVersion,
    madeAt: new Date().toISOString(),
    vkey: vkey.trim(),
    treeSize: head.size,
    firstIndex,
    rootHash: head.rootHash.toString('base64'),
    segments,
    payloads: copied.count,
    missingPayloads: payloads.size - copied.count,
    sizeBytes,
  };
  await writeManifest(target, manifest);
  return manifest;
}

/** A log that was just begun notes it for the first time after a second. */
async function headOf(folder: string): Promise<TreeHead | undefined> {
  for (let tries = 0; ; tries++) {
    const head = await readStoredHead(realSealingDisk(), folder);
    if (head !== undefined || tries === headTries) return head;
    await setTimeout(headDelayMs);
  }
}

function refuseDamage(folder: string, findings: Findings, tree: TreeCheck, head: TreeHead): void {
  const fault = findings.listed.find(({ severity }) => severity === 'fault');
  let what: string;
  if (fault !== undefined) what = `${fault.place}: ${fault.what}`;
  else if (tree.size < head.size)
    what = `the tree had ${head.size} entries, but the log has only ${tree.size}`;
  else if (!tree.root().equals(head.rootHash))
    what = `its entries do not lead to the root that the tree had at ${head.size} entries`;
  else return;
  throw new MeshError(
    'STATE_CORRUPT',
    `the audit log in ${folder} is damaged and was not backed up: ${what}; see \`scoremesh audit check\``,
  );
}

async function copySegments(
  from: string,
  to: string,
  ends: ReadonlyMap<number, number>,
): Promise<BackedUpSegment[]> {
  await mkdir(to, { recursive: true, mode: 0o750 });
  const segments: BackedUpSegment[] = [];
  for (const [number, end] of ends) {
    const path = segmentPath(to, number);
    const copied = await copyBytes(segmentPath(from, number), path, end);
    segments.push({ name: path.slice(to.length + 1), ...copied });
  }
  await syncPath(to);
  return segments;
}

async function copyPayloads(
  from: string,
  to: string,
  names: ReadonlySet<string>,
): Promise<{ readonly count: number; readonly sizeBytes: number }> {
  const folders = new Set<string>();
  let count = 0;
  let sizeBytes = 0;
  for (const name of names) {
    const folder = join(to, name.slice(0, 2));
    if (!folders.has(folder)) await mkdir(folder, { recursive: true, mode: 0o750 });
    folders.add(folder);
    try {
      const copied = await copyBytes(join(from, name.slice(0, 2), name), join(folder, name));
      if (copied.sha256 !== name)
        throw new MeshError(
          'STATE_CORRUPT',
          `the large content ${name} is damaged and the log was not backed up; see \`scoremesh audit check\``,
        );
      count++;
      sizeBytes += copied.sizeBytes;
    } catch (error) {
      // Its subject was erased, or it is lost: that is told by a check.
      if (isMeshError(error) || errorCode(error) !== 'ENOENT') throw error;
    }
  }
  for (const folder of folders) await syncPath(folder);
  if (folders.size > 0) await syncPath(to);
  return { count, sizeBytes };
}

/** Writes tiles of a back-up, some at once. */
class TileCopies {
  readonly #folder: string;
  readonly #folders = new Set<string>();
  #writing: Promise<void>[] = [];
  sizeBytes = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async write(tile: Tile): Promise<void> {
    const path = join(this.#folder, tilePath(tile.level, tile.index));
    const folder = dirname(path);
    if (!this.#folders.has(folder)) await mkdir(folder, { recursive: true, mode: 0o750 });
    this.#folders.add(folder);
    const bytes = tile.bottom(tileWidth);
    this.sizeBytes += bytes.length;
    this.#writing.push(writeFile(path, bytes, { flush: true }));
    if (this.#writing.length >= 16) await this.#wait();
  }

  /** Durable when it resolves. */
  async sync(): Promise<void> {
    await this.#wait();
    for (const folder of this.#folders) await syncPath(folder);
  }

  async #wait(): Promise<void> {
    await Promise.all(this.#writing);
    this.#writing = [];
  }
}
