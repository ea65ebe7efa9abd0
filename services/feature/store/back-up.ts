import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MeshError } from '../../kit/errors/mesh-error.ts';
import { lmdbFile } from '../../kit/storage/lmdb-file.ts';
import { lastTicksName } from './commits.ts';
import { corrupt, openToRead } from './environment.ts';
import { timeOfTicks } from './ingest-clock.ts';
import { readJson } from './json-records.ts';

/** What lies beside the data of a back-up. */
export interface BackUpManifest {
  /** Of the mesh that made it. */
  readonly softwareVersion: string;
  /** When it was made, ISO 8601. */
  readonly madeAt: string;
  /** Unix ms of the last commit that is in it; 0 for none. */
  readonly lastIngestMs: number;
  readonly sizeBytes: number;
  /** SHA-256 of the data, in hexadecimal. */
  readonly sha256: string;
}

const manifestName = 'manifest.json';

/**
 * Copies the store in `folder` as it is at one moment to the new folder `target`; the store may be in use. Durable when it resolves.
 * Fails with CONFIG_INVALID if there is no store, or the target is not empty.
 */
export async function backUpStore(
  folder: string,
  target: string,
  softwareVersion: string,
): Promise<BackUpManifest> {
  if ((await namesIn(folder)).every((name) => join(folder, name) !== lmdbFile(folder)))
    throw new MeshError('CONFIG_INVALID', `${folder} holds no feature store to back up`);
  await refuseFull(target, 'back up to');
  await mkdir(target, { recursive: true });
  const data = lmdbFile(target);
  await withEnvironment(folder, (environment) => environment.copyTo(target));
  await sync(data);
  const lastIngestMs = await lastIngestOf(target);
  const { size: sizeBytes } = await stat(data);
  const manifest = {
    softwareVersion,
    madeAt: new Date().toISOString(),
    lastIngestMs,
    sizeBytes,
    sha256: await hashOf(data),
  };
  // Last, so that a back-up without it is known to be half.
  await writeFile(join(target, manifestName), `${JSON.stringify(manifest, undefined, 2)}\n`, { flush: true });
  await sync(target);
  return manifest;
}

/**
 * Makes a store of a back-up in `folder`, which must not be there or be empty. Durable when it resolves. Fails with STATE_CORRUPT if the
 * back-up is not what its manifest says, and with CONFIG_INVALID if the folder is not empty.
 */
export async function restoreStore(backUp: string, folder: string): Promise<BackUpManifest> {
  const manifest = await readManifest(backUp);
  await refuseFull(folder, 'restore to');
  await mkdir(folder, { recursive: true });
  const draft = join(folder, 'restored.part');
  try {
    await copyFile(lmdbFile(backUp), draft);
    const { size } = await stat(draft);
    if (size !== manifest.sizeBytes)
      throw damaged(backUp, `its data has ${size} bytes and not ${manifest.sizeBytes}`);
    if ((await hashOf(draft)) !== manifest.sha256) throw damaged(backUp, 'its data has another SHA-256');
    await sync(draft);
    await rename(draft, lmdbFile(folder));
    await sync(folder);
  } finally {
    await rm(draft, { force: true });
  }
  return manifest;
}

async function withEnvironment<T>(
  folder: string,
  use: (environment: Awaited<ReturnType<typeof openToRead>>) => T | Promise<T>,
): Promise<T> {
  const environment = await openToRead(folder);
  try {
    return await use(environment);
  } finally {
    await environment.close();
  }
}

/** Reading the copy shows besides that it can be read. */
async function lastIngestOf(target: string): Promise<number> {
  const ticks = await withEnvironment(target, (environment) => {
    const meta = environment.table('meta');
    if (meta === undefined) throw corrupt(target, 'the copy has no table of what is in it');
    return readJson<number>(meta, lastTicksName)[0]?.value ?? 0;
  });
  await rm(join(target, 'lock.mdb'), { force: true });
  return timeOfTicks(ticks);
}

async function readManifest(backUp: string): Promise<BackUpManifest> {
  const text = await readFile(join(backUp, manifestName), 'utf8').catch((error: unknown) => {
    throw damaged(backUp, 'it has no manifest.json that can be read', error);
  });
  try {
    const { softwareVersion, madeAt, lastIngestMs, sizeBytes, sha256 } = JSON.parse(text) as BackUpManifest;
    if (typeof sizeBytes === 'number' && typeof sha256 === 'string')
      return { softwareVersion, madeAt, lastIngestMs, sizeBytes, sha256 };
  } catch (error) {
    throw damaged(backUp, 'its manifest.json is no JSON', error);
  }
  throw damaged(backUp, 'its manifest.json lacks sizeBytes or sha256');
}

async function refuseFull(folder: string, what: string): Promise<void> {
  const [found] = await namesIn(folder);
  if (found !== undefined)
    throw new MeshError(
      'CONFIG_INVALID',
      `can't ${what} ${folder}: it is not empty (${found} is in it, and a process may be using it); name a new folder`,
    );
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(part);
  return hash.digest('hex');
}

/** Of a file its content, of a folder its names. */
async function sync(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

function damaged(backUp: string, why: string, cause?: unknown): MeshError {
  return new MeshError(
    'STATE_CORRUPT',
    `the back-up ${backUp} can't be restored: ${why}; use another back-up`,
    {},
    cause,
  );
}
