import { hash } from 'node:crypto';
import { nuid } from 'nats';
import type { Call } from '../contract/call.ts';
import { MeshError } from '../errors/mesh-error.ts';
import type { Bus } from './bus.ts';
import type { StoredMessage } from './stored-messages.ts';
import type { StreamSpec } from './stream.ts';

/** What is told of an object without reading it. */
export interface ObjectInfo {
  readonly sizeBytes: number;
  /** Messages that it is kept in. */
  readonly chunks: number;
  readonly chunkSubject: string;
  /** "SHA-256=<base64url>", as who stored it says. */
  readonly digest: string;
  /** Of the message that this is read from; the chunks come before it. */
  readonly sequence: number;
  /** Unix ms, by the server's clock. */
  readonly storedAtMs: number;
}

/**
 * A bucket of JetStream's Object Store, in the layout that other NATS clients read and write. The client's own implementation is not used: it
 * needs the permission to purge the bucket, a consumer for each read, and waits for ever where chunks are gone.
 */
export interface ObjectStore {
  /** One request; undefined if there is no such object. Throws STATE_CORRUPT where its description can't be read. */
  info(name: string, call?: Call): Promise<ObjectInfo | undefined>;
  /** The bytes, unchecked but for their number; a request for each chunk. Undefined if some of them are gone. */
  read(info: ObjectInfo, call?: Call): Promise<Uint8Array | undefined>;
  /** Stores or replaces an object; what readers of a former one read stays until it is too old. Fails QUEUE_FULL where there is no room. */
  put(name: string, payload: Uint8Array, call?: Call): Promise<void>;
}

type ObjectBus = Pick<Bus, 'publish' | 'stored' | 'maxPayloadBytes'>;

const maxChunkBytes = 128 * 1024;
const minChunkBytes = 512;
/** For the headers of a chunk, which carries next to none. */
const chunkReserveBytes = 1024;
const chunksAtOnce = 8;
/** Where the chunks are looked for first: so many messages before the description, for each of them. */
const lookBackPerChunk = 4;
const lookFurther = 32;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** https://github.com/nats-io/nats-architecture-and-design/blob/main/adr/ADR-20.md */
export function objectStoreStream(
  bucket: string,
  limits: Pick<StreamSpec, 'maxAgeMs' | 'maxBytes' | 'replicas'>,
): StreamSpec {
  return {
    ...limits,
    name: streamOf(bucket),
    subjects: [`$O.${bucket}.C.>`, `$O.${bucket}.M.>`],
    retention: 'limits',
    storage: 'file',
    whenFull: 'refuse',
    allowDirect: true,
    allowRollup: true,
  };
}

export function createObjectStore(bucket: string, bus: ObjectBus): ObjectStore {
  const stream = streamOf(bucket);
  const infoSubject = (name: string): string =>
    `$O.${bucket}.M.${Buffer.from(name).toString('base64').replaceAll('+', '-').replaceAll('/', '_')}`;

  /** Undefined unless all of it is at this sequence or after it. */
  const readFrom = async (
    start: number,
    info: ObjectInfo,
    call: Call | undefined,
  ): Promise<Uint8Array | undefined> => {
    const parts: Uint8Array[] = [];
    let sizeBytes = 0;
    for (let from = start; parts.length < info.chunks; ) {
      const part = await bus.stored.next(stream, info.chunkSubject, from, call);
      if (part === undefined) return undefined;
      sizeBytes += part.payload.length;
      if (sizeBytes > info.sizeBytes) return undefined;
      parts.push(part.payload);
      from = part.sequence + 1;
    }
    return sizeBytes === info.sizeBytes ? Buffer.concat(parts) : undefined;
  };

  const putChunks = async (subject: string, chunks: readonly Uint8Array[], call?: Call): Promise<void> => {
    const stored: number[] = [];
    try {
      for (let from = 0; from < chunks.length; from += chunksAtOnce) {
        const sent = chunks
          .slice(from, from + chunksAtOnce)
          .map((chunk) => bus.publish(subject, chunk, call === undefined ? {} : { call }));
        const settled = await Promise.allSettled(sent);
        for (const one of settled) if (one.status === 'fulfilled') stored.push(one.value.sequence);
        await Promise.all(sent);
      }
    } catch (error) {
      // Half an object is of no use, and takes room from others until it is too old.
      await Promise.allSettled(stored.map((sequence) => bus.stored.remove(stream, sequence)));
      throw error;
    }
  };

  return {
    info: async (name, call) => {
      const message = await bus.stored.last(stream, infoSubject(name), call);
      return message === undefined ? undefined : readObjectInfo(bucket, message);
    },
    read: async (info, call) => {
      // Looked for from the beginning of a large bucket, the server would go through all of it.
      for (let back = (info.chunks + 1) * lookBackPerChunk; ; back *= lookFurther) {
        const start = Math.max(1, info.sequence - back);
        const payload = await readFrom(start, info, call);
        if (payload !== undefined || start === 1) return payload;
      }
    },
    put: async (name, payload, call) => {
      const id = nuid.next();
      const roomBytes = bus.maxPayloadBytes() - chunkReserveBytes;
      const chunkBytes = Math.max(minChunkBytes, Math.min(maxChunkBytes, roomBytes));
      const chunks = Array.from({ length: Math.ceil(payload.length / chunkBytes) }, (_, index) =>
        payload.subarray(index * chunkBytes, (index + 1) * chunkBytes),
      );
      await putChunks(`$O.${bucket}.C.${id}`, chunks, call);
      const description = {
        name,
        bucket,
        nuid: id,
        size: payload.length,
        chunks: chunks.length,
        digest: digestOf(payload),
        mtime: new Date().toISOString(),
        options: { max_chunk_size: chunkBytes },
      };
      await bus.publish(infoSubject(name), encoder.encode(JSON.stringify(description)), {
        ...(call === undefined ? {} : { call }),
        headers: { 'Nats-Rollup': 'sub' },
      });
    },
  };
}

/** As descriptions of objects have it. */
export function digestOf(payload: Uint8Array): string {
  const digest = hash('sha256', payload, 'base64');
  return `SHA-256=${digest.replaceAll('+', '-').replaceAll('/', '_')}`;
}

function streamOf(bucket: string): string {
  return `OBJ_${bucket}`;
}

/** Undefined for one that was removed. What it names is checked, because anybody who may write to the bucket may have written it. */
export function readObjectInfo(
  bucket: string,
  { payload, sequence, subject, takenAtMs }: StoredMessage,
): ObjectInfo | undefined {
  const said = parsed(payload);
  if (said.deleted === true) return undefined;
  const { chunks, digest, nuid: id, options, size } = said;
  const isLink = typeof options === 'object' && options !== null && 'link' in options && options.link;
  if (
    isLink ||
    !isCount(size) ||
    !isCount(chunks) ||
    chunks > size ||
    typeof id !== 'string' ||
    !/^[A-Za-z0-9_-]{1,64}$/.test(id) ||
    typeof digest !== 'string'
  )
    throw new MeshError(
      'STATE_CORRUPT',
      `${subject} of bucket ${bucket} describes no object that can be read`,
    );
  return {
    sizeBytes: size,
    chunks,
    chunkSubject: `$O.${bucket}.C.${id}`,
    digest,
    sequence,
    storedAtMs: takenAtMs,
  };
}

function parsed(payload: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(decoder.decode(payload));
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
