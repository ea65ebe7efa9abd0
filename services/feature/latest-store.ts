import { statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { type Database, open, type RootDatabase } from 'lmdb';
import type { FeatureView__Output } from '../gen/scoremesh/feature/v1/FeatureView.ts';
import { MeshError } from '../kit/errors/mesh-error.ts';
import type { Closers } from '../kit/lifecycle/closers.ts';
import { diskRetryMs } from './config.ts';
import { type Layout, layoutOf, layoutOfSignature } from './rows/layout.ts';
import { checkStoreFile, corrupt, storeFile } from './store-file.ts';

type Bytes = Database<Uint8Array, string>;

/** The latest rows of one view. Rows belong to the view's name and key fields: with other key fields it starts empty. */
export interface LatestTable {
  readonly view: FeatureView__Output;
  /** The layout that new rows have. */
  readonly layoutId: number;
  readonly layout: Layout;
  /**
   * The durable row of this key, about 0.6 us. The bytes are valid until the next `find` of any table of the process; what lies
   * behind the row's own end is of no meaning.
   */
  find(key: string): DataView | undefined;
}

/** A row to put, in place of what its key held. */
export interface Put {
  readonly table: LatestTable;
  readonly key: string;
  readonly row: Uint8Array;
}

/** Latest rows of all declared views in one LMDB environment. */
export interface LatestStore {
  readonly tables: ReadonlyMap<string, LatestTable>;
  /** The layout with this id, undefined if there never was one. */
  layout(id: number): Layout | undefined;
  /**
   * Stores all or none. When it resolves they are fsynced and every later `find` sees them; no `find` sees a row that is not
   * durable. One call at a time. A full disk fails it with FEATURE_STORE_FULL and harms nothing that was stored.
   */
  put(puts: Iterable<Put>): Promise<void>;
  sizeBytes(): number;
}

const layoutsName = 'layouts';

/**
 * Opens or makes the store of these views. Fails with STATE_LOCKED while another process has it open and with STATE_CORRUPT if
 * LMDB can't read it.
 */
export async function openLatestStore(
  folder: string,
  views: readonly FeatureView__Output[],
  closers: Closers,
): Promise<LatestStore> {
  await mkdir(folder, { recursive: true });
  await checkStoreFile(folder);
  const root = openRoot(folder, views.length);
  closers.add('feature store', () => root.close());
  const layouts: Bytes = root.openDB({ name: layoutsName, encoding: 'binary' });
  refuseSecondProcess(root, layouts, folder);

  const layoutById = new Map<number, Layout>();
  const idBySignature = new Map<string, number>();
  for (const { key, value } of layouts.getRange()) {
    const layout = layoutOfSignature(Buffer.from(value).toString('utf8'));
    layoutById.set(Number(key), layout);
    idBySignature.set(layout.signature, Number(key));
  }
  const layoutId = (layout: Layout): number => {
    const known = idBySignature.get(layout.signature);
    if (known !== undefined) return known;
    const id = layoutById.size + 1;
    layouts.putSync(String(id), Buffer.from(layout.signature));
    layoutById.set(id, layout);
    idBySignature.set(layout.signature, id);
    return id;
  };

  const databases = new Map<LatestTable, Bytes>();
  const tables = new Map<string, LatestTable>();
  for (const view of views) {
    const layout = layoutOf(view.features);
    const name = `latest ${view.name}(${view.keys.join(',')})`;
    const database: Bytes = root.openDB({ name, encoding: 'binary' });
    const table = { view, layout, layoutId: layoutId(layout), find: finder(database) };
    databases.set(table, database);
    tables.set(view.name, table);
  }

  return {
    tables,
    layout: (id) => layoutById.get(id),
    put: async (puts) => {
      try {
        await root.batch(() => {
          for (const { table, key, row } of puts) databases.get(table)?.put(key, row);
        });
      } catch (error) {
        throw await writeFailure(error);
      }
    },
    sizeBytes: () => statSync(storeFile(folder)).size,
  };
}

function openRoot(folder: string, views: number): RootDatabase<Uint8Array, string> {
  try {
    return open<Uint8Array, string>({
      path: folder,
      noSubdir: false,
      maxDbs: views + 4,
      encoding: 'binary',
      // With overlapping sync a write resolves when it is visible, before it is on the disk, and a failed flush is not told.
      overlappingSync: false,
      // Else the library makes a promise of its own per batch, whose rejection nobody could catch.
      eventTurnBatching: false,
    });
  } catch (error) {
    throw corrupt(storeFile(folder), messageOf(error), error);
  }
}

/** LMDB lets processes share an environment, but two that compare and put would undo each other's latest rows. */
function refuseSecondProcess(root: RootDatabase<Uint8Array, string>, layouts: Bytes, folder: string): void {
  // A first read takes a slot in LMDB's table of readers, which it frees when the process dies, however it dies.
  layouts.get('1');
  root.readerCheck();
  const readers = [...root.readerList().matchAll(/^\s*([0-9]+) /gm)].map((match) => Number(match[1]));
  const other = readers.find((pid) => pid !== process.pid);
  if (other !== undefined)
    throw new MeshError(
      'STATE_LOCKED',
      `process ${other} has the feature store in ${folder} open; stop it, or give this one a state folder of its own`,
    );
}

/** Reads through the library's reused buffer, with one DataView kept over it. */
function finder(database: Bytes): (key: string) => DataView | undefined {
  let over: Uint8Array | undefined;
  let data: DataView | undefined;
  return (key) => {
    const bytes = database.getBinaryFast(key);
    if (bytes === undefined) return undefined;
    if (bytes !== over) {
      over = bytes;
      data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    return data;
  };
}

/** ENOSPC, EDQUOT, EFBIG, MDB_MAP_FULL; and EIO, which is how LMDB calls the short write that a full disk begins with. */
const fullCodes: ReadonlySet<unknown> = new Set([28, 122, 27, -30792, 5]);

async function writeFailure(error: unknown): Promise<unknown> {
  const reason: unknown = await commitError(error);
  if (!fullCodes.has(codeOf(reason))) return reason;
  return new MeshError(
    'FEATURE_STORE_FULL',
    `the feature store can't write to its disk (${briefly(reason)}); make space and send the rows again: none of them was stored`,
    { retryAfterMs: diskRetryMs },
    reason,
  );
}

/** The library rejects with a general error that carries a promise of the real one, which must be handled too. */
async function commitError(error: unknown): Promise<unknown> {
  if (!(error instanceof Error && 'commitError' in error)) return error;
  try {
    return await error.commitError;
  } catch (cause) {
    return cause;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

/** The library puts addresses behind what the system said. */
function briefly(error: unknown): string {
  return messageOf(error).split(':')[0] ?? '';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
