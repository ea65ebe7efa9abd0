import { InvalidArgumentError } from 'commander';
import { addBackUpCommand } from './audit/backup-command.ts';
import { addCheckCommand } from './audit/check-command.ts';
import { addEraseCommand } from './audit/erase-command.ts';
import { addGetCommand } from './audit/get-command.ts';
import { addOfflineAuditCommands } from './audit/offline-commands.ts';
import { addPruneCommand } from './audit/prune-command.ts';
import { addQueryCommands } from './audit/query-commands.ts';
import { addRebuildCommand } from './audit/rebuild-command.ts';
import { addReceiptCommand } from './audit/receipt-command.ts';
import { recordLine } from './audit/record-text.ts';
import { addReplayCommand } from './audit/replay-command.ts';
import { addRestoreCommand } from './audit/restore-command.ts';
import type { AuditStateHost } from './audit/state-host.ts';
import { type CommandContext, type RemoteOptions, remoteCommand, withMesh } from './remote.ts';

interface ListOptions extends RemoteOptions {
  readonly since?: Date;
  readonly until?: Date;
  readonly limit: number;
}

/** `scoremesh audit` and what is below it. */
export function addAuditCommands(context: CommandContext, host: AuditStateHost): void {
  const audit = context.program.command('audit').description('read the audit log');
  addGetCommand(audit, context);
  addReceiptCommand(audit, context);
  addReplayCommand(audit, context);
  addQueryCommands(audit, context);
  addEraseCommand(audit, context);
  addOfflineAuditCommands(audit, context);
  addCheckCommand(audit, host, context.terminal);
  addRebuildCommand(audit, host, context.terminal);
  addPruneCommand(audit, host, context.terminal);
  addBackUpCommand(audit, host, context.terminal);
  addRestoreCommand(audit, host, context.terminal);
  remoteCommand(audit, 'list', 'list records, oldest first, one line each')
    .option('--since <time>', 'from this moment, ISO 8601', moment)
    .option('--until <time>', 'before this moment, ISO 8601', moment)
    .option('-n, --limit <count>', 'how many', count, 100)
    .action(async (options: ListOptions) => {
      await withMesh(context, options, async (mesh, call) => {
        let left = options.limit;
        for (let pageToken = ''; left > 0; ) {
          const page = await mesh.audit.ListRecords(
            {
              since: stamp(options.since),
              until: stamp(options.until),
              pageSize: Math.min(left, 1000),
              pageToken,
            },
            call,
          );
          for (const record of page.records) context.terminal.out(recordLine(record));
          left -= page.records.length;
          pageToken = page.nextPageToken;
          if (pageToken === '') break;
        }
      });
    });
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('give a whole number of at least 1');
  return value;
}

function moment(text: string): Date {
  const date = new Date(text);
  if (Number.isNaN(date.getTime()))
    throw new InvalidArgumentError('give a time such as 2026-01-31T12:00:00Z');
  return date;
}

function stamp(date: Date | undefined): { seconds: number; nanos: number } | null {
  if (date === undefined) return null;
  const ms = date.getTime();
  return { seconds: Math.floor(ms / 1000), nanos: (((ms % 1000) + 1000) % 1000) * 1e6 };
}
