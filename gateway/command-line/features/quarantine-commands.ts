import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { QuarantinedEvent__Output as QuarantinedEvent } from '../../../services/gen/scoremesh/feature/v1/QuarantinedEvent.ts';
import { type CommandContext, type RemoteOptions, remoteCommand, withMesh } from '../remote.ts';
import { textOfValue } from '../values.ts';
import { collected } from './feature-options.ts';
import { grouped } from './progress.ts';
import { rejectionText } from './push-command.ts';

interface QuarantineOptions extends RemoteOptions {
  readonly stream: string;
  readonly id: readonly string[];
  readonly all?: boolean;
}

interface ListOptions extends RemoteOptions {
  readonly stream: string;
  readonly limit: number;
  readonly full?: boolean;
  readonly json?: boolean;
}

const pageSize = 200;
/** Characters of a value in a list: what could not be read as an event is kept as one text of up to 64 KiB. */
const maxShown = 120;
// Each is checked and stored again.
const replayTimeoutMs = 600_000;

/** `scoremesh features quarantine` and what is below it. */
export function addQuarantineCommands(context: CommandContext, features: Command): void {
  const { terminal } = context;
  const quarantine = features
    .command('quarantine')
    .description('events that broke their declaration')
    .addHelpText(
      'after',
      `
Examples:
  scoremesh features quarantine list --stream arrivals
  scoremesh features quarantine replay --stream arrivals   after the declaration was mended
  scoremesh features quarantine discard --id ID`,
    );
  remoteCommand(quarantine, 'list', 'list them, oldest first, with the reasons', { isDefault: true })
    .option('--stream <name>', 'only of this stream', '')
    .option('-n, --limit <count>', 'how many', limitOf, 100)
    .option('--full', `print values of more than ${maxShown} characters to their ends`)
    .option('--json', 'print one JSON object a line, with values as they are')
    .action(async ({ stream, limit, full = false, json, ...options }: ListOptions) => {
      await withMesh(context, options, async (mesh, call) => {
        let left = limit;
        for (let pageToken = ''; left > 0; ) {
          const request = { stream, pageSize: Math.min(left, pageSize), pageToken };
          const { events, nextPageToken, total } = await mesh.features.ListQuarantine(request, call);
          for (const event of events)
            terminal.out(json ? JSON.stringify(event) : quarantinedText(event, full));
          left -= events.length;
          pageToken = nextPageToken;
          if (pageToken === '') break;
          if (left <= 0) terminal.err(`${grouped(Number(total))} in all; --limit shows more`);
        }
      });
    });
  const changing = (name: string, description: string): Command =>
    remoteCommand(quarantine, name, description, { timeoutMs: replayTimeoutMs })
      .option('--stream <name>', 'only of this stream', '')
      .option('--id <id>', 'only this one; may be repeated', collected, []);
  changing('replay', 'take them in again, under the declaration of today').action(
    async ({ stream, id, ...options }: QuarantineOptions) => {
      await withMesh(context, options, async (mesh, call) => {
        const answer = await mesh.features.ReplayQuarantine({ stream, quarantineIds: [...id] }, call);
        const { stored, duplicates, remaining } = answer;
        terminal.out(
          `${grouped(Number(stored))} stored, ${grouped(Number(duplicates))} stored before, ${grouped(Number(remaining))} still break their declaration`,
        );
      });
    },
  );
  const discard = changing('discard', 'remove them for good').option('--all', 'of every stream');
  discard.action(async ({ stream, id, all, ...options }: QuarantineOptions) => {
    if (stream === '' && id.length === 0 && !all)
      discard.error('error: name what to remove with --stream or --id, or everything with --all');
    await withMesh(context, options, async (mesh, call) => {
      const request = { stream, quarantineIds: [...id], discard: true };
      const { discarded } = await mesh.features.ReplayQuarantine(request, call);
      terminal.out(`${grouped(Number(discarded))} removed`);
    });
  });
}

function quarantinedText(
  { event, quarantineId, receivedAt, rejections }: QuarantinedEvent,
  full: boolean,
): string {
  const shown = full ? onOneLine : shortened;
  const fields = Object.entries(event?.fields ?? {}).map(
    ([name, value]) => `${shown(name)}=${shown(textOfValue(value))}`,
  );
  return [
    quarantineId,
    new Date(receivedAt).toISOString(),
    onOneLine(event?.stream ?? ''),
    event?.eventId || '-',
    onOneLine(rejections.map(rejectionText).join('; ')),
    fields.join(' '),
  ].join('\t');
}

function shortened(text: string): string {
  if (text.length <= maxShown) return onOneLine(text);
  const cut = text.slice(0, maxShown - 1);
  // Not through the middle of a character.
  return `${onOneLine(/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut)}…`;
}

/** Anyone may have written it, so that it must not move the cursor or seem to be a line or a column of the list. */
function onOneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, (character) => {
    const escaped = JSON.stringify(character).slice(1, -1);
    return escaped === character ? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}` : escaped;
  });
}

function limitOf(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError('give a whole number of at least 1');
}
