import { createHash } from 'node:crypto';
import { closeSync, constants, createReadStream, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { MeshError } from '../../kit/errors/mesh-error.ts';

/**
 * The bytes of a file, in memory of their own. Blocks the thread. Fails with MODEL_INVALID, naming the file as `label`, before it reads
 * one that is larger than `maxBytes`, and for one that is no plain file or changes its length meanwhile.
 */
export function readWhole(path: string, label: string, maxBytes: number): Buffer {
  const fail = (what: string, cause?: unknown): MeshError =>
    new MeshError('MODEL_INVALID', `'${label}' ${what}`, {}, cause);
  let file: number;
  try {
    // Without O_NONBLOCK, opening a pipe waits for a writer.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw fail(unreadable(error), error);
  }
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) throw fail('is not a plain file');
    if (stat.size > maxBytes)
      throw fail(`has ${stat.size} bytes, more than the ${maxBytes} that are allowed`);
    const bytes = Buffer.from(new ArrayBuffer(stat.size));
    let at = 0;
    while (at < bytes.length) {
      const read = readSync(file, bytes, at, Math.min(bytes.length - at, maxReadBytes), at);
      if (read === 0)
        throw fail('became shorter while it was read; copy it again, and put it in place by a rename');
      at += read;
    }
    return bytes;
  } catch (error) {
    throw error instanceof MeshError ? error : fail(unreadable(error), error);
  } finally {
    closeSync(file);
  }
}

// A single read takes no more than 2 GiB.
const maxReadBytes = 2 ** 30;

/** A model file whose content is known. */
export interface KnownFile {
  readonly path: string;
  /** As people know it, e.g. "flight_delay/3/model.onnx". */
  readonly label: string;
  /** "sha256:<hex>". */
  readonly digest: string;
  readonly sizeBytes: number;
}

/** The bytes of the file, if they are still the same; else fails as readWhole. */
export function readKnown({ path, label, digest, sizeBytes }: KnownFile): Buffer {
  const bytes = readWhole(path, label, sizeBytes);
  const found = digestOf(bytes);
  if (found === digest) return bytes;
  throw new MeshError(
    'MODEL_INVALID',
    `'${label}' has changed since it was loaded: its digest was ${digest} and is ${found}; load the model again`,
  );
}

/** A text file that may be absent: undefined then. Fails as readWhole. */
export function readText(path: string, label: string, maxBytes: number): string | undefined {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return undefined;
  return readWhole(path, label, maxBytes).toString('utf8');
}

/** "sha256:<hex>". */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** "sha256:<hex>" of a file that is read piece by piece, off this thread; undefined if it can't be read. */
export async function digestOfFile(path: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 }))
      hash.update(chunk as Buffer);
  } catch {
    return undefined;
  }
  return `sha256:${hash.digest('hex')}`;
}

function unreadable(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' ? 'is missing' : `can't be read: ${message}`;
}
