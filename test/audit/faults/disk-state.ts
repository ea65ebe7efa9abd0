import { dirname } from 'node:path';
import type { Random } from './random.ts';

const pageBytes = 512;

/** A file's content as readers see it, and as the disk has it. */
export class Inode {
  content: Buffer = Buffer.alloc(0);
  mode = 0o640;
  #durable: Buffer = Buffer.alloc(0);
  /** Pages that the next sync writes. */
  #dirty = new Set<number>();

  write(bytes: Buffer, position: number): void {
    const end = position + bytes.length;
    if (end > this.content.length) {
      const grown = Buffer.alloc(end);
      this.content.copy(grown);
      this.#touch(this.content.length, end);
      this.content = grown;
    }
    bytes.copy(this.content, position);
    this.#touch(position, end);
  }

  truncate(size: number): void {
    const before = this.content.length;
    const after = Buffer.alloc(size);
    this.content.copy(after);
    this.content = after;
    this.#touch(Math.min(before, size), Math.max(before, size));
  }

  sync(): void {
    const durable = Buffer.alloc(this.content.length);
    this.#durable.copy(durable);
    for (const page of this.#dirty) this.#copyPage(page, durable);
    this.#durable = durable;
    this.#dirty.clear();
  }

  /** What is left after it reads like what was written, but no later sync writes it: Linux marks such pages clean. */
  failSync(random: Random): void {
    for (const page of this.#dirty) {
      if (random.chance(0.3)) continue;
      this.#dirty.delete(page);
    }
  }

  /** Pages of the last writes reached the disk in any order, or did not. */
  afterPowerFailure(random: Random): Inode {
    const left = new Inode();
    left.mode = this.mode;
    const share = random.pick([0, 0.5, 0.9, 1]);
    let size = this.#durable.length;
    if (this.content.length < size && random.chance(0.5)) size = this.content.length;
    const pages = [...this.#dirty].filter(() => random.chance(share));
    for (const page of pages) size = Math.max(size, Math.min((page + 1) * pageBytes, this.content.length));
    const bytes = Buffer.alloc(size);
    this.#durable.copy(bytes);
    for (const page of pages) this.#copyPage(page, bytes);
    left.content = bytes;
    left.#durable = Buffer.from(bytes);
    return left;
  }

  copy(): Inode {
    const copied = new Inode();
    copied.mode = this.mode;
    copied.content = Buffer.from(this.content);
    copied.#durable = Buffer.from(this.#durable);
    copied.#dirty = new Set(this.#dirty);
    return copied;
  }

  #touch(from: number, to: number): void {
    for (let page = Math.floor(from / pageBytes); page * pageBytes < to; page++) this.#dirty.add(page);
  }

  #copyPage(page: number, into: Buffer): void {
    const from = page * pageBytes;
    const end = Math.min(from + pageBytes, into.length);
    if (from >= end) return;
    into.fill(0, from, end);
    this.content.copy(into, from, from, Math.min(end, this.content.length));
  }
}

/** A change of names. */
interface Naming {
  /** Names that are gone with it. */
  readonly gone: readonly string[];
  readonly name: string | undefined;
  readonly inode: Inode | undefined;
}

/** Files, by path, and what of them the disk has. */
export class DiskState {
  names = new Map<string, Inode>();
  /** That of keys is made beside the disk. */
  readonly folders = new Set<string>(['keys']);
  #durable = new Map<string, Inode>();
  /** What no sync of a folder has reached, oldest first. */
  #namings: Naming[] = [];

  create(path: string): Inode {
    const inode = new Inode();
    this.#rename({ gone: [], name: path, inode });
    return inode;
  }

  remove(path: string): void {
    if (this.names.has(path)) this.#rename({ gone: [path], name: undefined, inode: undefined });
  }

  rename(from: string, to: string): void {
    const inode = this.names.get(from);
    if (inode === undefined) throw new Error(`no file ${from}`);
    this.#rename({ gone: [from], name: to, inode });
  }

  syncFolder(folder: string): void {
    const wanted = new Set<string>();
    const kept: Naming[] = [];
    const reached: Naming[] = [];
    for (const naming of this.#namings.toReversed()) {
      const paths = pathsOf(naming);
      if (paths.some((path) => wanted.has(path) || dirname(path) === folder)) {
        reached.push(naming);
        for (const path of paths) wanted.add(path);
      } else kept.push(naming);
    }
    for (const naming of reached.reverse()) apply(naming, this.#durable);
    this.#namings = kept.reverse();
  }

  usedBytes(): number {
    let used = 0;
    for (const { content } of this.names.values()) used += content.length;
    return used;
  }

  /** The disk after the process was killed: the system still has what was not synced. */
  afterKill(): DiskState {
    const after = new DiskState();
    const copies = new Map<Inode, Inode>();
    const copyOf = (inode: Inode): Inode => {
      const copied = copies.get(inode) ?? inode.copy();
      copies.set(inode, copied);
      return copied;
    };
    for (const folder of this.folders) after.folders.add(folder);
    for (const [path, inode] of this.names) after.names.set(path, copyOf(inode));
    for (const [path, inode] of this.#durable) after.#durable.set(path, copyOf(inode));
    after.#namings = this.#namings.map((naming) => ({
      ...naming,
      inode: naming.inode === undefined ? undefined : copyOf(naming.inode),
    }));
    return after;
  }

  /** The disk after a power failure: names and pages that were not synced are there or are not. */
  afterPowerFailure(random: Random): DiskState {
    const names = new Map(this.#durable);
    const blocked = new Set<string>();
    const share = random.pick([0, 0.5, 1]);
    for (const naming of this.#namings) {
      const paths = pathsOf(naming);
      if (random.chance(share) && !paths.some((path) => blocked.has(path))) apply(naming, names);
      else for (const path of paths) blocked.add(path);
    }
    const after = new DiskState();
    for (const folder of this.folders) after.folders.add(folder);
    for (const [path, inode] of names) {
      const left = inode.afterPowerFailure(random);
      after.names.set(path, left);
      after.#durable.set(path, left);
    }
    return after;
  }

  #rename(naming: Naming): void {
    apply(naming, this.names);
    this.#namings.push(naming);
  }
}

function pathsOf({ gone, name }: Naming): readonly string[] {
  return name === undefined ? gone : [...gone, name];
}

function apply({ gone, name, inode }: Naming, names: Map<string, Inode>): void {
  for (const path of gone) names.delete(path);
  if (name !== undefined && inode !== undefined) names.set(name, inode);
}
