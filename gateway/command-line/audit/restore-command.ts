import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { invalidRequest } from '../../../services/kit/errors/mesh-error.ts';
import { createProgress, grouped } from '../features/progress.ts';
import type { Terminal } from '../output.ts';
import { backUpText } from './backup-command.ts';
import { type AuditStateHost, type StateOptions, stateCommand } from './state-host.ts';

interface RestoreOptions extends StateOptions {
  readonly checkpoint?: string;
  readonly vkey?: string;
  readonly allowLoss: boolean;
}

/** `scoremesh audit restore`. */
export function addRestoreCommand(audit: Command, host: AuditStateHost, terminal: Terminal): void {
  stateCommand(
    audit,
    'restore',
    'make the audit log of this machine of a back-up; the audit role must not run',
  )
    .argument('<backup>', 'the folder of the back-up')
    .option('--checkpoint <file>', 'a checkpoint that was kept elsewhere, which the back-up must lead to')
    .option('--vkey <key>', "the log's verifier key (default: that in the back-up)")
    .option('--allow-loss', 'also if the back-up lacks entries that the checkpoint has', false)
    .addHelpText(
      'after',
      '\nEverything is verified first. A log that stands there is replaced only if the restored one begins with it.\nRestore the folder of keys before: then erasures are done again in it, and the index is built.\n\nExample:\n  scoremesh audit restore /backups/audit-2026-01-31 --checkpoint checkpoint.txt',
    )
    .action(async (backUp: string, { allowLoss, checkpoint, data, vkey }: RestoreOptions) => {
      const progress = createProgress(terminal, 'restoring', 'entries');
      const note = checkpoint === undefined ? undefined : await textOf(checkpoint);
      const restored = await host
        .auditFolder(data)
        .restore({
          backUp,
          checkpoint: note,
          vkey,
          allowsLoss: allowLoss,
          progress: progress.at,
          signal: terminal.stop,
        })
        .finally(progress.clear);
      terminal.out(`restored from ${backUp}: ${backUpText(restored.backUp)}`);
      if (note !== undefined) terminal.out('it leads to the checkpoint');
      if (restored.replaced !== undefined)
        terminal.out(
          `the log of ${grouped(restored.replaced)} entries that stood there is the beginning of it`,
        );
      if (restored.destroyedKeys > 0)
        terminal.out(`${grouped(restored.destroyedKeys)} keys of erased subjects were destroyed again`);
      if (!restored.hadKeys)
        terminal.out(
          'there are no keys: restore their folder, then run `scoremesh audit check --repair`, so that erased subjects stay erased',
        );
      for (const { name, place, remedy, what } of restored.findings)
        terminal.err(`${name}: ${place}: ${what}; ${remedy}`);
    });
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const description = `'${file}' can't be read: ${(error as Error).message}`;
    throw invalidRequest([{ field: '--checkpoint', description }]);
  }
}
