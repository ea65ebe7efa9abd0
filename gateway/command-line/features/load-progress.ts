import { createHash } from 'node:crypto';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** What a load remembers of how far it came. Losing it costs time only: identities count nothing twice. */
export interface LoadProgress {
  /** The row after the last one that is stored; 1 if nothing is known of this load. */
  readonly fromRow: number;
  /** Rows before it that could not be read. */
  readonly unreadable: number;
  /** Notes the last row that is stored, and how many up to it could not be read, now and then; resolves when it is written. */
  note(row: number, unreadable: number): Promise<void>;
  /** Writes what was noted last. */
  flush(): Promise<void>;
  /** Forgets it: the load is done. */
  remove(): Promise<void>;
}

const everyMs = 1_000;

/**
 * The progress of the load of this file with these settings: in a file beside it, else (where none can be written) among the temporary
 * files, or where `place` says. Another file of the same name, or other settings, begin anew.
 */
export async function openLoadProgress(
  path: string,
  settings: readonly unknown[],
  place?: string,
): Promise<LoadProgress> {
  const { size, mtimeMs } = await stat(path);
  const load = createHash('sha256')
    .update(JSON.stringify([resolve(path), size, mtimeMs, ...settings]))
    .digest('hex');
  const places =
    place === undefined
      ? [`${path}.progress`, join(tmpdir(), `scoremesh-load-${load.slice(0, 32)}.progress`)]
      : [place];
  let last: Note = { row: 0, unreadable: 0 };
  for (const candidate of places) {
    const found = await noteAt(candidate, load);
    if (found !== undefined && found.row > last.row) last = found;
  }
  let noted: Note = { row: 0, unreadable: 0 };
  let written = 0;
  let writtenMs = performance.now();
  let writing: Promise<void> | undefined;
  const write = async (): Promise<void> => {
    await writing;
    if (noted.row === written) return;
    written = noted.row;
    writtenMs = performance.now();
    writing = writeSomewhere(places, JSON.stringify({ load, file: resolve(path), ...noted }));
    await writing;
  };
  return {
    fromRow: last.row + 1,
    unreadable: last.unreadable,
    note: async (row, unreadable) => {
      noted = { row, unreadable };
      if (performance.now() - writtenMs >= everyMs) await write();
    },
    flush: write,
    remove: async () => {
      await writing;
      for (const candidate of places) {
        // Not that of another load.
        if ((await noteAt(candidate, load)) !== undefined)
          await rm(candidate, { force: true }).catch(() => {});
      }
    },
  };
}

interface Note {
  readonly row: number;
  readonly unreadable: number;
}

async function noteAt(place: string, load: string): Promise<Note | undefined> {
  try {
    const { row, unreadable = 0, ...found } = JSON.parse(await readFile(place, 'utf8'));
    const isNote = found.load === load && Number.isSafeInteger(row) && Number.isSafeInteger(unreadable);
    return isNote ? { row, unreadable } : undefined;
  } catch {
    return undefined;
  }
}

/** At the first of the places that takes it, if any does. */
async function writeSomewhere(places: readonly string[], text: string): Promise<void> {
  for (const place of places) {
    const draft = `${place}.${process.pid}.part`;
    try {
      await writeFile(draft, text);
      await rename(draft, place);
      return;
    } catch {
      await rm(draft, { force: true }).catch(() => {});
    }
  }
}
