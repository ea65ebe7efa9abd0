import type { Runtime__Output as Runtime } from '../../gen/scoremesh/inference/v1/Runtime.ts';

const digestLength = 'sha256:'.length + 12;

/** What a model ran on, in words; empty if it isn't known. */
export function runtimeText(runtime: Runtime | null): string {
  if (runtime === null) return '';
  const { library, libraryDigest, provider, threads, optimization, processor } = runtime;
  const digest = libraryDigest === '' ? 'of unknown digest' : libraryDigest.slice(0, digestLength);
  const count = threads === 1 ? '1 thread' : `${threads} threads`;
  return `${library} (${digest}) on ${provider}, ${count}, optimization ${optimization}, ${processor}`;
}

/** In what two runtimes differ, in words; undefined if they are known to be the same. */
export function runtimeDifference(then: Runtime | null, now: Runtime | null): string | undefined {
  if (then === null) return 'the record does not say what it ran on';
  if (now === null) return 'it is not known what it runs on now';
  const parts = [
    part('library', then.library, now.library),
    // Without a digest another build can't be told from the same.
    then.libraryDigest === now.libraryDigest && now.libraryDigest !== '' ? undefined : 'build of the library',
    part('provider', then.provider, now.provider),
    part('threads', String(then.threads), String(now.threads)),
    part('optimization', then.optimization, now.optimization),
    part('processor', then.processor, now.processor),
  ].filter((difference) => difference !== undefined);
  return parts.length === 0 ? undefined : `it ran on another ${parts.join(', ')}`;
}

function part(what: string, then: string, now: string): string | undefined {
  return then === now ? undefined : `${what} (${then}, now ${now})`;
}
