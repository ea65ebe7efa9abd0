import type { Command } from 'commander';
import type { Terminal } from '../output.ts';

/** What is done to the state of this machine, not to a running mesh. */
export interface FeatureStateHost {
  /** Copies the feature store of the data folder (default: of SCOREMESH_DATA) to a new folder; the mesh may run. */
  backUpFeatures(target: string, dataFolder: string | undefined): Promise<BackUpFacts>;
  /** Makes the feature store of the data folder, which must have none, of a back-up; the mesh must not run. */
  restoreFeatures(backUp: string, dataFolder: string | undefined): Promise<BackUpFacts>;
}

/** What a back-up holds. */
export interface BackUpFacts {
  readonly sizeBytes: number;
  /** Unix ms of the last commit in it; 0 for none. */
  readonly lastIngestMs: number;
  /** SHA-256 of its data, in hexadecimal. */
  readonly sha256: string;
}

interface StoreOptions {
  readonly data?: string;
}

/** `scoremesh features backup` and `scoremesh features restore`. */
export function addStoreCommands(host: FeatureStateHost, terminal: Terminal, features: Command): void {
  const told = (what: string, { lastIngestMs, sha256, sizeBytes }: BackUpFacts): void => {
    const last = lastIngestMs === 0 ? 'no event yet' : `events up to ${new Date(lastIngestMs).toISOString()}`;
    terminal.out(`${what}: ${(sizeBytes / 2 ** 20).toFixed(1)} MiB, ${last}, sha256:${sha256}`);
  };
  features
    .command('backup')
    .description('copy the feature store of this machine as it is at one moment; the mesh may run')
    .argument('<target>', 'a new folder')
    .option('--data <folder>', 'the state folder (default: SCOREMESH_DATA, or ./data)')
    .addHelpText('after', '\nExample:\n  scoremesh features backup /backups/features-2026-01-31')
    .action(async (target: string, { data }: StoreOptions) =>
      told(`backed up to ${target}`, await host.backUpFeatures(target, data)),
    );
  features
    .command('restore')
    .description('make the feature store of this machine of a back-up; the mesh must not run')
    .argument('<backup>', 'the folder of the back-up')
    .option(
      '--data <folder>',
      'the state folder, without a feature store (default: SCOREMESH_DATA, or ./data)',
    )
    .addHelpText('after', '\nExample:\n  scoremesh features restore /backups/features-2026-01-31')
    .action(async (backUp: string, { data }: StoreOptions) =>
      told(`restored from ${backUp}`, await host.restoreFeatures(backUp, data)),
    );
}
