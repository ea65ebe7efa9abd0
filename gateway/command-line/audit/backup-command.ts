import type { Command } from 'commander';
import { createProgress, grouped } from '../features/progress.ts';
import type { Terminal } from '../output.ts';
import {
  type AuditBackUpFacts,
  type AuditStateHost,
  type StateOptions,
  sizeText,
  stateCommand,
} from './state-host.ts';

interface BackUpOptions extends StateOptions {
  readonly out: string;
  readonly keysOut?: string;
}

/** `scoremesh audit backup`. */
export function addBackUpCommand(audit: Command, host: AuditStateHost, terminal: Terminal): void {
  stateCommand(audit, 'backup', 'copy the audit log of this machine as it is at one moment; the mesh may run')
    .requiredOption('--out <folder>', 'a new folder, for everything but keys')
    .option(
      '--keys-out <folder>',
      'a new folder, apart from it, for the keys of data subjects, which stay encrypted',
    )
    .addHelpText('after', '\nExample:\n  scoremesh audit backup --out /backups/audit-2026-01-31')
    .action(async ({ data, keysOut, out }: BackUpOptions) => {
      const progress = createProgress(terminal, 'backing up', 'entries');
      const facts = await host.auditFolder(data).backUp(out, keysOut, progress.at).finally(progress.clear);
      terminal.out(`backed up to ${out}: ${backUpText(facts)}`);
      if (keysOut === undefined)
        terminal.out(
          'keys are not in it: back up log.key and master.key once, apart, and the keys of data subjects with --keys-out',
        );
      else
        terminal.out(
          `keys of data subjects, encrypted, are in ${keysOut}: whoever has them and the master key can read what is erased from now on; remove this copy before an erasure has to have taken effect. log.key and master.key are not in it`,
        );
    });
}

export function backUpText({
  firstIndex,
  missingPayloads,
  payloads,
  rootHash,
  sizeBytes,
  treeSize,
}: AuditBackUpFacts): string {
  const pruned = firstIndex === 0 ? '' : ` (from ${grouped(firstIndex)} on)`;
  const gone = missingPayloads === 0 ? '' : `, ${grouped(missingPayloads)} erased or lost`;
  return `${grouped(treeSize)} entries${pruned}, ${grouped(payloads)} large contents${gone}, ${sizeText(sizeBytes)}, root ${rootHash}`;
}
