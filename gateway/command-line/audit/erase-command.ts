import type { Command } from 'commander';
import { type CommandContext, type RemoteOptions, remoteCommand, withMesh } from '../remote.ts';

interface EraseOptions extends RemoteOptions {
  readonly reason: string;
  readonly yes?: boolean;
}

/** An erasure reads each of the subject's records once. */
const eraseTimeoutMs = 300_000;

/** `scoremesh audit erase`: destroys the key of a data subject. */
export function addEraseCommand(audit: Command, context: CommandContext): void {
  remoteCommand(audit, 'erase', 'erase all that is personal about a data subject, for good', {
    timeoutMs: eraseTimeoutMs,
  })
    .argument('<entity=key>', 'the data subject, e.g. passenger=4711')
    .requiredOption(
      '--reason <text>',
      'why, e.g. the number of the request; stays in the log: no personal data',
    )
    .option('--yes', 'do it: without this the command only says what it would do')
    .action(async (subject: string, { reason, yes = false, ...options }: EraseOptions) => {
      const { terminal } = context;
      if (!yes) {
        terminal.err(`nothing was erased: add --yes to destroy the key of ${subject} for good`);
        return;
      }
      await withMesh(context, options, async (mesh, call) => {
        const { records, erasureRecordIds } = await mesh.audit.EraseSubject({ subject, reason }, call);
        terminal.out(
          `erased: the content of ${records} records can not be read any more; proofs stay as they are`,
        );
        for (const id of erasureRecordIds) terminal.out(`recorded as ${id}`);
      });
    });
}
