import type { Command } from 'commander';

/** Told now and then: `share` of the work is done, 0 to 1, and so many entries. */
export type OnProgress = (share: number, records: number) => void;

/** Something that is not as it should be. */
export interface AuditFinding {
  readonly name: string;
  /** A note is put in order by the next start, or is of no consequence. */
  readonly severity: 'fault' | 'note';
  readonly place: string;
  readonly what: string;
  readonly remedy: string;
  readonly isRepaired: boolean;
}

export interface AuditCheck {
  readonly records: number;
  readonly minimumIndex: number;
  readonly treeSize: number;
  /** Base 64. */
  readonly rootHash: string;
  readonly sizeBytes: number;
  readonly tiles: number;
  readonly contents: number;
  readonly erased: number;
  readonly rows: number;
  /** The first of each name. */
  readonly findings: readonly AuditFinding[];
  /** How many there are of each name. */
  readonly counts: ReadonlyMap<string, number>;
  readonly faults: number;
  readonly notes: number;
  readonly repaired: number;
}

export interface AuditBackUpFacts {
  readonly treeSize: number;
  readonly firstIndex: number;
  readonly rootHash: string;
  readonly sizeBytes: number;
  readonly payloads: number;
  readonly missingPayloads: number;
}

export interface AuditRestore {
  readonly backUp: AuditBackUpFacts;
  readonly replaced: number | undefined;
  readonly hadKeys: boolean;
  readonly destroyedKeys: number;
  readonly findings: readonly AuditFinding[];
}

/** What is done to the audit log in a state folder; but for a back-up, the audit role must not run. */
export interface AuditFolder {
  check(options: {
    readonly treeOnly: boolean;
    readonly repairs: boolean;
    readonly progress: OnProgress;
    readonly signal: AbortSignal;
  }): Promise<AuditCheck>;
  rebuild(progress: (records: number) => void): Promise<{
    readonly records: number;
    readonly treeSize: number;
    readonly rootHash: string;
  }>;
  prune(beforeMs: number): Promise<{
    readonly entries: number;
    readonly segments: number;
    readonly sizeBytes: number;
    readonly minimumIndex: number;
    readonly keptByMs: number | undefined;
  }>;
  backUp(target: string, keysTarget: string | undefined, progress: OnProgress): Promise<AuditBackUpFacts>;
  restore(options: {
    readonly backUp: string;
    /** A signed note. */
    readonly checkpoint: string | undefined;
    readonly vkey: string | undefined;
    readonly allowsLoss: boolean;
    readonly progress: OnProgress;
    readonly signal: AbortSignal;
  }): Promise<AuditRestore>;
}

/** What is done to the state of this machine, not to a running mesh. */
export interface AuditStateHost {
  /** That of the data folder; of SCOREMESH_DATA unless given. */
  auditFolder(dataFolder: string | undefined): AuditFolder;
}

export interface StateOptions {
  readonly data?: string;
}

/** Adds a command that works on a state folder. */
export function stateCommand(audit: Command, name: string, description: string): Command {
  return audit
    .command(name)
    .description(description)
    .option('--data <folder>', 'the state folder (default: SCOREMESH_DATA, or ./data)');
}

export function sizeText(bytes: number): string {
  return bytes >= 2 ** 30 ? `${(bytes / 2 ** 30).toFixed(2)} GiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
