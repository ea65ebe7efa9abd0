import { createHash } from 'node:crypto';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** What a load remembers of how far it came. Losing it costs time only: identities count nothing twice. */
export interface LoadProgress {
  /** The row after the last one that is stored; 1 if nothing is known of this load. */
  readonly fromRow: number;
  /** Notes it, now and then; resolves when it is written. */
  note(row: number): Promise<void>;
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
  let fromRow = 1;
  for (const candidate of places) fromRow = Math.max(fromRow, (await nextRow(candidate, load)) ?? 1);
  let noted = 0;
  let written = 0;
  let writtenMs = performance.now();
  let writing: Promise<void> | undefined;
  const write = async (): Promise<void> => {
    await writing;
    if (noted === written) return;
    written = noted;
    writtenMs = performance.now();
    writing = writeSomewhere(places, JSON.stringify({ load, file: resolve(path), row: noted }));
    await writing;
  };
  return {
    fromRow,
    note: async (row) => {
      noted = row;
      if (performance.now() - writtenMs >= everyMs) await write();
    },
    flush: write,
    remove: async () => {
      await writing;
      for (const candidate of places) {
        // Not that of another load.
        if ((await nextRow(candidate, load)) !== undefined)
          await rm(candidate, { force: true }).catch(() => {});
      }
    },
  };
}

async function nextRow(place: string, load: string): Promise<number | undefined> {
  try {
    const found = JSON.parse(await readFile(place, 'utf8')) as { load?: unknown; row?: unknown };
    return found.load === load && Number.isSafeInteger(found.row) ? Number(found.row) + 1 : undefined;
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
