/** What a check may find, by name. */
export type FindingName =
  | 'segment_missing'
  | 'segment_damaged'
  | 'segment_cut_short'
  | 'segment_of_another_log'
  | 'entry_damaged'
  | 'entries_missing'
  | 'pruning_note_damaged'
  | 'vkey_damaged'
  | 'log_key_damaged'
  | 'tail_damaged'
  | 'tail_torn'
  | 'tail_not_synced'
  | 'tree_missing'
  | 'tree_head_damaged'
  | 'tree_head_differs'
  | 'tree_ahead_of_log'
  | 'tree_unverifiable'
  | 'tile_missing'
  | 'tile_damaged'
  | 'tile_differs'
  | 'tile_unexpected'
  | 'keys_unreadable'
  | 'content_lost'
  | 'content_damaged'
  | 'payload_missing'
  | 'payload_damaged'
  | 'payload_orphaned'
  | 'key_not_destroyed'
  | 'erasure_unfinished'
  | 'pruning_unfinished'
  | 'index_missing'
  | 'index_damaged'
  | 'index_behind'
  | 'index_ahead_of_log'
  | 'index_differs';

/** Something that is not as it should be. */
export interface Finding {
  readonly name: FindingName;
  /** A `fault` makes the check fail; a `note` is what a start puts in order by itself, or what is left over. */
  readonly severity: 'fault' | 'note';
  /** File and byte, or entry and record id. */
  readonly place: string;
  readonly what: string;
  /** What to do. */
  readonly remedy: string;
  /** It was put in order by this check. */
  readonly isRepaired: boolean;
}

/** Of each name; the rest is counted. */
const listedEach = 100;

/** Keeps what was found: the first ones of each name, and how many there are. */
export class Findings {
  readonly listed: Finding[] = [];
  readonly #counts = new Map<FindingName, number>();
  faults = 0;
  notes = 0;
  repaired = 0;

  add(finding: Omit<Finding, 'isRepaired'> & { readonly isRepaired?: boolean }): void {
    const { isRepaired = false, name, severity } = finding;
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    if (isRepaired) this.repaired++;
    else if (severity === 'fault') this.faults++;
    else this.notes++;
    if (count <= listedEach) this.listed.push({ ...finding, isRepaired });
  }

  /** How many were found of each name, in the order in which they were found first. */
  get counts(): ReadonlyMap<FindingName, number> {
    return this.#counts;
  }
}

export const restoreRemedy =
  'stop writing to this log and restore it: scoremesh audit restore <back-up>; what came after the back-up is lost';
export const rebuildRemedy = 'build it again from the log: scoremesh audit rebuild';
