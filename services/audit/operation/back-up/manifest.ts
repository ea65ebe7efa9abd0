import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MeshError } from '../../../kit/errors/mesh-error.ts';
import { syncPath } from './files.ts';

/** A file of the log in a back-up. */
export interface BackedUpSegment {
  readonly name: string;
  readonly sizeBytes: number;
  /** Of its content, in hexadecimal. */
  readonly sha256: string;
}

/** What lies beside the data of a back-up. */
export interface AuditBackUp {
  /** Of the mesh that made it. */
  readonly softwareVersion: string;
  /** When it was made, ISO 8601. */
  readonly madeAt: string;
  /** Public key of the log. */
  readonly vkey: string;
  /** Entries of the log, the pruned ones too: the size of its tree. */
  readonly treeSize: number;
  /** Index of the first entry that is in it. */
  readonly firstIndex: number;
  /** Base 64. */
  readonly rootHash: string;
  readonly segments: readonly BackedUpSegment[];
  /** Large contents in it, and those that were gone: of subjects that were erased, or lost. */
  readonly payloads: number;
  readonly missingPayloads: number;
  /** Of everything in it. */
  readonly sizeBytes: number;
}

const name = 'manifest.json';

/** Written last, so that a back-up without it is known to be half. Durable when it resolves. */
export async function writeManifest(folder: string, manifest: AuditBackUp): Promise<void> {
  await writeFile(join(folder, name), `${JSON.stringify(manifest, undefined, 2)}\n`, { flush: true });
  await syncPath(folder);
}

/** STATE_CORRUPT if the folder is no whole back-up. */
export async function readManifest(folder: string): Promise<AuditBackUp> {
  const text = await readFile(join(folder, name), 'utf8').catch((error: unknown) => {
    throw damaged(folder, 'it has no manifest.json that can be read', error);
  });
  let parsed: AuditBackUp;
  try {
    parsed = JSON.parse(text) as AuditBackUp;
  } catch (error) {
    throw damaged(folder, 'its manifest.json is no JSON', error);
  }
  const { firstIndex, rootHash, segments, treeSize, vkey } = parsed ?? {};
  const isWhole =
    [firstIndex, treeSize].every((each) => Number.isSafeInteger(each) && each >= 0) &&
    typeof rootHash === 'string' &&
    typeof vkey === 'string' &&
    Array.isArray(segments) &&
    segments.every(
      (each: Partial<BackedUpSegment> | null) =>
        /^\d{10}\.log$/.test(each?.name ?? '') &&
        Number.isSafeInteger(each?.sizeBytes) &&
        typeof each?.sha256 === 'string',
    );
  if (!isWhole) throw damaged(folder, 'its manifest.json is not that of an audit log');
  return parsed;
}

export function damaged(folder: string, why: string, cause?: unknown): MeshError {
  return new MeshError(
    'STATE_CORRUPT',
    `the back-up ${folder} can't be restored: ${why}; use another back-up`,
    { metadata: { folder } },
    cause,
  );
}
