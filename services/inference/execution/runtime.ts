import { readFile } from 'node:fs/promises';
import type { Runtime__Output as Runtime } from '../../gen/scoremesh/inference/v1/Runtime.ts';
import { digestOfFile } from './model-file.ts';
import { processorOf } from './processor.ts';
import { sessionFacts } from './session.ts';

/** The native library itself; what binds it to JavaScript computes nothing. */
const libraryName = /(?:^|[/\\])(?:lib)?onnxruntime(?!_binding|_providers)[^/\\]*\.(?:so|dylib|dll)[^/\\]*$/i;

/** A process loads the library once, whatever it does with it. */
let known: Promise<Runtime> | undefined;

/**
 * What sessions of this process run on; to be asked after the first one was loaded, and worked out once: some 100 ms in the thread
 * pool, for the digest of the library. That is empty if the library's file can't be read any more, so that nobody takes it for
 * another's.
 */
export function runtimeOfProcess(): Promise<Runtime> {
  known ??= readRuntime();
  return known;
}

async function readRuntime(): Promise<Runtime> {
  const [path, processor] = await Promise.all([loadedLibrary(), processorOf()]);
  const libraryDigest = path === undefined ? '' : ((await digestOfFile(path)) ?? '');
  return { ...sessionFacts(), libraryDigest, processor };
}

/** The file that is mapped into this process; undefined if there is none, or if it was replaced since. */
async function loadedLibrary(): Promise<string | undefined> {
  const maps = await readFile('/proc/self/maps', 'utf8').catch(() => undefined);
  return maps === undefined ? namedLibrary(sharedObjects()) : mappedLibrary(maps);
}

/** The library among the mappings of a Linux /proc/<pid>/maps: its path is the sixth column and may hold spaces. */
export function mappedLibrary(maps: string): string | undefined {
  const paths = maps.split('\n').map((line) => /^(?:\S+\s+){5}(\/.*)$/.exec(line)?.[1] ?? '');
  return namedLibrary(paths);
}

function namedLibrary(paths: readonly string[]): string | undefined {
  return paths.find((path) => libraryName.test(path) && !path.endsWith(' (deleted)'));
}

/** What other platforms tell: the libraries that the process has loaded. */
function sharedObjects(): string[] {
  const report = process.report.getReport() as { readonly sharedObjects?: readonly string[] };
  return [...(report.sharedObjects ?? [])];
}
