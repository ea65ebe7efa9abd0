import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { fileFault } from './table.ts';

/** A file that is written under a temporary name, so that its name never stands for half of it. */
export interface DraftFile {
  append(bytes: Uint8Array): Promise<void>;
  /** Durable under its name when it resolves. */
  finish(): Promise<void>;
  /** Removes what was written; nothing after finish. */
  discard(): Promise<void>;
}

/** Starts a file that takes the place of `path`. Throws INVALID_REQUEST where none can be written. */
export async function createDraftFile(path: string): Promise<DraftFile> {
  const draft = `${path}.${process.pid}.part`;
  const failed = (error: unknown): never => {
    const { code, message } = error as NodeJS.ErrnoException;
    throw fileFault(path, `can't be written: ${code ?? message}`);
  };
  let file: FileHandle | undefined = await open(draft, 'wx').catch(failed);
  const close = async (): Promise<void> => {
    const closing = file;
    file = undefined;
    await closing?.close();
  };
  return {
    append: async (bytes) => {
      await file?.appendFile(bytes).catch(failed);
    },
    finish: async () => {
      try {
        await file?.sync();
        await close();
        await rename(draft, path);
      } catch (error) {
        failed(error);
      }
    },
    discard: async () => {
      await close();
      await rm(draft, { force: true });
    },
  };
}
