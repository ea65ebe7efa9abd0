import type { AuditContract } from '../contracts.ts';
import type { GetReceiptRequest__Output } from '../gen/scoremesh/audit/v1/GetReceiptRequest.ts';
import { type Call, throwIfUnwanted } from '../kit/contract/call.ts';
import type { Handlers } from '../kit/contract/contract.ts';
import { MeshError } from '../kit/errors/mesh-error.ts';
import type { IndexStore } from './index/store.ts';

import type { EntryPlaces } from './log/entry-places.ts';
import { type LogReader, runsOf } from './log/reader.ts';
import { placeOf, recordNotFound } from './read.ts';
import type { Receipts } from './receipts.ts';
import type { RecentEntries } from './recent-entries.ts';
import { parseRecordId } from './record-id.ts';
import type { MerkleTree } from './tree/merkle-tree.ts';
import { tileWidth } from './tree/tile.ts';
import { parseTilePath } from './tree/tile-path.ts';
import type { Witnesses } from './tree/witness/witnesses.ts';

export interface LogReadsDeps {
  readonly tree: MerkleTree;
  readonly receipts: Pick<Receipts, 'head' | 'of'>;
  readonly reader: LogReader;
  readonly places: EntryPlaces;
  readonly recent: RecentEntries;
  readonly store: IndexStore;
  /** Bundles of entries from this index on are there. */
  readonly minimumIndex: () => number;
  /** Undefined where no witness is configured. */
  readonly witnesses: Pick<Witnesses, 'cosigned'> | undefined;
  /** The log's public key. */
  readonly vkey: string;
  /** Of a read replica: milliseconds since it last saw the writer's newest checkpoint. */
  readonly ageMs?: () => number;
}

type LogMethods = 'GetReceipt' | 'GetInclusionProof' | 'GetConsistencyProof' | 'ReadLog';

/** What anybody needs to check the log: receipts, proofs, and its files as https://c2sp.org/tlog-tiles lays them out. */
export function createLogReads(deps: LogReadsDeps): Pick<Handlers<AuditContract>, LogMethods> {
  const { tree, receipts } = deps;
  return {
    GetReceipt: async (request, call) => {
      throwIfUnwanted(call, 'the receipt was made');
      return { receipt: await receiptOf(deps, request, call) };
    },
    GetInclusionProof: async ({ index, treeSize }, call) => {
      throwIfUnwanted(call, 'the proof was made');
      const size = Number(treeSize);
      const { hashes, leafHash, head } = await tree.inclusionProof(
        Number(index),
        size === 0 ? receipts.head.size : size,
      );
      return { hashes: [...hashes], leafHash, treeSize: String(head.size), rootHash: head.rootHash };
    },
    GetConsistencyProof: async ({ fromSize, toSize }, call) => {
      throwIfUnwanted(call, 'the proof was made');
      const size = Number(toSize);
      const { hashes, older, newer } = await tree.consistencyProof(
        Number(fromSize),
        size === 0 ? receipts.head.size : size,
      );
      return {
        hashes: [...hashes],
        fromRootHash: older.rootHash,
        toSize: String(newer.size),
        toRootHash: newer.rootHash,
      };
    },
    ReadLog: async ({ path }, call) => {
      throwIfUnwanted(call, 'the file was read');
      const note = noteAt(deps, path);
      if (note !== undefined)
        return { content: Buffer.from(note), immutable: false, ageMs: deps.ageMs?.() ?? 0 };
      const content = (await bundle(deps, path, call)) ?? (await tree.readTile(path));
      if (content === undefined) throw noFile(path);
      return { content, immutable: true, ageMs: 0 };
    },
  };
}

/** What of the log's files is a short text that changes. */
function noteAt({ minimumIndex, receipts, vkey, witnesses }: LogReadsDeps, path: string): string | undefined {
  if (path === 'checkpoint') return receipts.head.checkpoint;
  if (path === 'cosigned') return witnesses?.cosigned()?.text;
  if (path === 'minimum') return `${minimumIndex()}\n`;
  return path === 'vkey' ? `${vkey}\n` : undefined;
}

async function receiptOf(
  { receipts, reader, recent, store, witnesses }: LogReadsDeps,
  { recordId, cosigned }: GetReceiptRequest__Output,
  call: Call,
) {
  const id = parseRecordId(recordId, 'record_id');
  const place = (await placeOf(recent.byId(recordId.toLowerCase()), call)) ?? store.findRecord(id);
  if (place === undefined) throw recordNotFound(`record ${recordId}`, { record_id: recordId });
  const stored = await reader.read(place);
  if (!cosigned) return await receipts.of(stored);
  const head = witnesses?.cosigned();
  if (head !== undefined && head.size > stored.index)
    return await receipts.of(stored, { size: head.size, checkpoint: head.text });
  throw new MeshError(
    'RECORD_NOT_FOUND',
    witnesses === undefined
      ? 'no witness is configured, so that no checkpoint is cosigned: set SCOREMESH_AUDIT_WITNESSES, or ask without cosigned'
      : `the witnesses have not yet cosigned a checkpoint that has record ${recordId}; ask again in some seconds`,
    { retryAfterMs: 5000 },
  );
}

/** The entries of a bundle, each after its length as a big-endian u16; undefined if the path names none that is there. */
async function bundle(
  { tree, places, reader }: LogReadsDeps,
  path: string,
  call: Call,
): Promise<Buffer | undefined> {
  const parsed = parseTilePath(path);
  if (parsed?.level !== 'entries') return undefined;
  const from = parsed.index * tileWidth;
  const to = from + parsed.width;
  if (to > tree.size) return undefined;
  const found = await places.find(from, to);
  const entries: Buffer[] = [];
  for (const run of runsOf(found)) {
    throwIfUnwanted(call, 'the bundle was read');
    for (const entry of await reader.readRun(run)) entries.push(entry);
  }
  return bundleOf(entries);
}

function bundleOf(entries: readonly Buffer[]): Buffer {
  const bundle = Buffer.allocUnsafe(entries.reduce((bytes, { length }) => bytes + 2 + length, 0));
  let at = 0;
  for (const entry of entries) {
    at = bundle.writeUInt16BE(entry.length, at);
    bundle.set(entry, at);
    at += entry.length;
  }
  return bundle;
}

function noFile(path: string): MeshError {
  return new MeshError(
    'RECORD_NOT_FOUND',
    `the log has no file "${path.slice(0, 100)}"; there are checkpoint, cosigned, minimum, vkey, tile/<L>/<N>[.p/<W>] and tile/entries/<N>[.p/<W>] up to the size of the tree`,
  );
}
