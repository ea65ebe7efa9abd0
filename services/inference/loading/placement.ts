/** What a placement is decided from. */
export interface PlacementFacts {
  /** Of the configuration. */
  readonly pinned: 'inline' | 'worker' | undefined;
  /** Time of a typical run; undefined if none could be tried. */
  readonly runMs: number | undefined;
  /** Whether requests may be much larger than what was timed, because the model leaves inner dimensions open. */
  readonly openInside: boolean;
  /** Whether the model repeats a part of itself as often as its inputs say. */
  readonly loops: boolean;
}

/** Rows of the batch whose time decides. */
export const typicalRows = 32;
// Handing a run to a thread costs some 0.05 ms of processor time and 0.1 ms of waiting; a run this long would make others wait more.
const inlineMs = 0.5;
// A run that is this short on a small input is still short on one ten times as large.
const inlineOpenMs = inlineMs / 10;

/** Where a model runs: on the thread that serves requests only if no run is expected to hold it for long. */
export function decidePlacement({ pinned, runMs, openInside, loops }: PlacementFacts): 'inline' | 'worker' {
  if (pinned !== undefined) return pinned;
  // What was timed says nothing of the next request, and a run can't be ended: one would hold everything for as long as it likes.
  if (runMs === undefined || loops) return 'worker';
  return runMs < (openInside ? inlineOpenMs : inlineMs) ? 'inline' : 'worker';
}
