import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

const isSource = import.meta.url.endsWith('.ts');

/**
 * Why the index in this folder can't be read; undefined if it can. Read by a process of its own, because the library trusts the pages of its file:
 * a damaged one may end the process that reads it.
 */
export async function indexReadFault(folder: string): Promise<string | undefined> {
  const entry = new URL('./index-probe.ts', import.meta.url);
  const path = fileURLToPath(isSource ? entry : new URL(entry.href.replace(/\.ts$/, '.js')));
  const child = spawn(process.execPath, [...loader(), path, folder], { stdio: 'ignore' });
  return await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (code === 0) resolve(undefined);
      else
        resolve(
          `a page of it is damaged, so that reading it ends a process (${signal ?? `exit code ${code}`})`,
        );
    });
  });
}

/** Node 20 reads no TypeScript. */
function loader(): string[] {
  return isSource ? ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx/esm')).href] : [];
}
