import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLoadProgress } from '../../../../gateway/command-line/features/load-progress.ts';

describe('the progress of a load', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scoremesh-progress-'));
    file = join(folder, 'a.csv');
    await writeFile(file, 'a\n1\n');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('is beside the file until the load is done', async () => {
    const progress = await openLoadProgress(file, ['arrivals']);
    expect(progress.fromRow).toBe(1);
    await progress.note(41, 3);
    await progress.flush();
    expect(await readdir(folder)).toEqual(['a.csv', 'a.csv.progress']);
    const again = await openLoadProgress(file, ['arrivals']);
    expect(again).toMatchObject({ fromRow: 42, unreadable: 3 });
    await again.remove();
    expect(await readdir(folder)).toEqual(['a.csv']);
  });

  it('is that of the same file with the same settings only', async () => {
    const progress = await openLoadProgress(file, ['arrivals', '127.0.0.1:1']);
    await progress.note(41, 0);
    await progress.flush();
    const other = await openLoadProgress(file, ['arrivals', '127.0.0.1:2']);
    expect(other.fromRow).toBe(1);
    await other.remove();
    expect(await readdir(folder)).toContain('a.csv.progress');
    await writeFile(file, 'a\n1\n2\n');
    expect((await openLoadProgress(file, ['arrivals', '127.0.0.1:1'])).fromRow).toBe(1);
  });

  it('is elsewhere where nothing can be written beside the file', async () => {
    // A folder in its place refuses it to every user, root too.
    await mkdir(`${file}.progress`);
    const progress = await openLoadProgress(file, ['arrivals']);
    await progress.note(41, 0);
    await progress.flush();
    const again = await openLoadProgress(file, ['arrivals']);
    expect(again.fromRow).toBe(42);
    await again.remove();
    expect((await openLoadProgress(file, ['arrivals'])).fromRow).toBe(1);
  });

  it('may be lost: the load goes on all the same', async () => {
    const lost = await openLoadProgress(file, [], join(folder, 'absent', 'p'));
    await lost.note(7, 0);
    await lost.flush();
    await lost.remove();
    await writeFile(join(folder, 'p'), 'no JSON');
    const named = await openLoadProgress(file, [], join(folder, 'p'));
    expect(named.fromRow).toBe(1);
    await named.note(7, 0);
    await named.flush();
    expect((await openLoadProgress(file, [], join(folder, 'p'))).fromRow).toBe(8);
  });
});
