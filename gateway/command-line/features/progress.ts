import type { Terminal } from '../output.ts';

/** How far long work has come. */
export interface Progress {
  /** `share` of the work is done, 0 to 1, and `count` things of it. Redraws a few times a second at most. */
  at(share: number, count: number): void;
  /** Takes the line away. */
  clear(): void;
}

const everyMs = 200;

/** A line that is redrawn on an interactive terminal; nothing elsewhere. */
export function createProgress(
  { interactive, redraw }: Terminal,
  what: string,
  /** Of what is counted, in the plural. */
  things: string,
  now: () => number = () => performance.now(),
): Progress {
  /** Where work goes on that was begun before, its speed is that of what is done now. */
  let first: Done | undefined;
  let drawnMs = Number.NEGATIVE_INFINITY;
  return {
    at: (share, count) => {
      const done = { share, count, atMs: now() };
      first ??= done;
      if (!interactive || done.atMs - drawnMs < everyMs) return;
      drawnMs = done.atMs;
      redraw(progressText(what, things, first, done));
    },
    clear: () => {
      if (interactive) redraw('');
    },
  };
}

/** What is done at a moment. */
interface Done {
  readonly share: number;
  readonly count: number;
  readonly atMs: number;
}

/** How far it is, how fast it went since `first`, and how long it will take. */
export function progressText(what: string, things: string, first: Done, done: Done): string {
  const text = `${what}: ${Math.floor(100 * done.share)} %, ${grouped(done.count)} ${things}`;
  const elapsedMs = done.atMs - first.atMs;
  const share = done.share - first.share;
  if (elapsedMs < 1000 || share <= 0) return text;
  const perSecond = Math.round(((done.count - first.count) * 1000) / elapsedMs);
  const leftMs = (elapsedMs * (1 - done.share)) / share;
  return `${text}, ${grouped(perSecond)}/s, ${duration(leftMs)} left`;
}

/** A number as people read it. */
export function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

/** A time span as people read it, in its two largest units. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1000);
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  const from = parts.findIndex(([value]) => value > 0);
  return parts
    .slice(from, from + 2)
    .filter(([value]) => value > 0)
    .map(([value, unit]) => `${value} ${unit}`)
    .join(' ');
}
