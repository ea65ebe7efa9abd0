import { storeTileMs } from './feature-store.ts';

/*
 * Keys of the store, big-endian so that bytes sort as numbers do:
 *
 *   index  uint16 index · UTF-8 key of the entity · 0x00 · uint32 tile · uint56 ingest ticks · uint16 part of the commit
 *   events uint16 stream · uint32 tile · uint56 ingest ticks · uint16 part of the commit
 *   ids    uint16 stream · bytes of event ids without the last two
 *
 * A key of an entity has no control characters, so that no key's entries lie between another's. Tiles are numbers of the tiles of
 * event time with 2^31 added; times beyond what that holds are in the first or last tile.
 */
const tileBias = 2 ** 31;
export const lastTile = 2 ** 32 - 1;
export const lastTicks = Number.MAX_SAFE_INTEGER;

const tileBytes = 4;
const ticksBytes = 7;
const partBytes = 2;
const tileSuffixBytes = tileBytes + ticksBytes + partBytes;
/** Behind the key of an entity, with the 0x00. */
const indexSuffixBytes = 1 + tileSuffixBytes;

export function tileOf(timeMs: number): number {
  const tile = Math.floor(timeMs / storeTileMs) + tileBias;
  return Math.max(0, Math.min(tile, lastTile));
}

export function startOfTile(tile: number): number {
  return (tile - tileBias) * storeTileMs;
}

export function indexKey(index: number, key: string, tile: number, ticks: number, part: number): Buffer {
  const keyBytes = Buffer.byteLength(key);
  const bytes = Buffer.allocUnsafe(2 + keyBytes + indexSuffixBytes);
  bytes.writeUInt16BE(index, 0);
  bytes.write(key, 2, 'utf8');
  bytes[2 + keyBytes] = 0;
  writeSuffix(bytes, tile, ticks, part);
  return bytes;
}

/** Sorts behind all entries of the key and before those of the next. */
export function behindKey(entry: Buffer): Buffer {
  const end = entry.length - indexSuffixBytes;
  const bytes = Buffer.from(entry.subarray(0, end + 1));
  bytes[end] = 1;
  return bytes;
}

/** Sorts before all entries of the index. */
export function indexStart(index: number): Buffer {
  const bytes = Buffer.allocUnsafe(2);
  bytes.writeUInt16BE(index, 0);
  return bytes;
}

/** The entry's index, entity key and tile as bytes: the same for two entries exactly if they may be merged. */
export function placeOf(entry: Buffer): Buffer {
  return entry.subarray(0, entry.length - ticksBytes - partBytes);
}

export function tileOfEntry(entry: Buffer): number {
  return entry.readUInt32BE(entry.length - tileSuffixBytes);
}

export function eventsKey(stream: number, tile: number, ticks: number, part: number): Buffer {
  const bytes = Buffer.allocUnsafe(2 + tileSuffixBytes);
  bytes.writeUInt16BE(stream, 0);
  writeSuffix(bytes, tile, ticks, part);
  return bytes;
}

export function tileOfEvents(key: Buffer): number {
  return key.readUInt32BE(2);
}

export function partOfEvents(key: Buffer): number {
  return key.readUInt16BE(2 + tileBytes + ticksBytes);
}

export function ticksOfEvents(key: Buffer): number {
  const at = 2 + tileBytes;
  return key.readUIntBE(at, 3) * 2 ** 32 + key.readUInt32BE(at + 3);
}

/**
 * Makes keys in buffers that it uses again: a key is good until the next of the same size is made. The library copies keys at once, and
 * an allocation of its own would cost a key more than its bytes do.
 */
export class KeyScratch {
  readonly #bySize: Buffer[] = [];

  /** `name` is a text of one character a byte. */
  idsKey(stream: number, name: string): Buffer {
    const bytes = this.#ofSize(2 + name.length);
    writeShort(bytes, 0, stream);
    writeBytes(bytes, 2, name);
    return bytes;
  }

  indexKey(index: number, key: string, tile: number, ticks: number): Buffer {
    const keyBytes = Buffer.byteLength(key);
    const bytes = this.#ofSize(2 + keyBytes + indexSuffixBytes);
    writeShort(bytes, 0, index);
    writeText(bytes, 2, key, keyBytes);
    bytes[2 + keyBytes] = 0;
    writeSuffix(bytes, tile, ticks, 0);
    return bytes;
  }

  #ofSize(size: number): Buffer {
    let bytes = this.#bySize[size];
    if (bytes === undefined) {
      bytes = Buffer.alloc(size);
      this.#bySize[size] = bytes;
    }
    return bytes;
  }
}

/** Below this a loop over the characters is faster than a call into the engine. */
const shortText = 48;

function writeText(target: Buffer, at: number, text: string, textBytes: number): void {
  if (textBytes === text.length && textBytes < shortText)
    for (let place = 0; place < textBytes; place++) target[at + place] = text.charCodeAt(place);
  else target.write(text, at, 'utf8');
}

/** A text of one character a byte. */
export function writeBytes(target: Buffer, at: number, text: string): void {
  if (text.length < shortText)
    for (let place = 0; place < text.length; place++) target[at + place] = text.charCodeAt(place);
  else target.write(text, at, 'latin1');
}

function writeShort(bytes: Buffer, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value & 0xff;
}

function writeSuffix(bytes: Buffer, tile: number, ticks: number, part: number): void {
  const at = bytes.length - tileSuffixBytes;
  bytes.writeUInt32BE(tile, at);
  bytes.writeUIntBE(Math.floor(ticks / 2 ** 32), at + 4, 3);
  bytes.writeUInt32BE(ticks % 2 ** 32, at + 7);
  bytes.writeUInt16BE(part, at + 11);
}
