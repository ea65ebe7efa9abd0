import type { Command } from 'commander';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import type { CallOptions, MeshClient } from '../../client/client.ts';
import { openTable } from '../../files/open-table.ts';
import type { Terminal } from '../output.ts';
import { type CommandContext, pair, type RemoteOptions, remoteCommand, withMesh } from '../remote.ts';
import { type EventSource, type LoadTotals, loadEvents } from './bulk-load.ts';
import { declaredStream } from './declared.ts';
import { eventFile } from './event-file.ts';
import { eventRows } from './event-rows.ts';
import { batchOf, rowOf } from './feature-options.ts';
import { type LoadProgress, openLoadProgress } from './load-progress.ts';
import { createProgress, duration, grouped } from './progress.ts';
import { rejectionText } from './push-command.ts';

interface LoadOptions extends RemoteOptions {
  readonly events?: boolean;
  readonly id?: string;
  readonly idPrefix?: string;
  readonly time?: string;
  readonly column: Readonly<Record<string, string>>;
  readonly fromRow?: number;
  readonly batch: number;
  readonly progressFile?: string;
  readonly strict?: boolean;
}

const defaultBatch = 1_000;
/** Quarantined rows that are told one by one. */
const maxTold = 5;

const help = `
Columns named like the stream's fields are its fields, event_id is the identity of an event and event_time when it happened: ISO 8601
(without a zone: UTC) or Unix milliseconds. Rows without an event_id are known as <file name>:<row>. Either way a load that is repeated
counts nothing twice, and one that was stopped goes on where it was: the last row that is stored is in <file>.progress meanwhile.

Examples:
  scoremesh features load arrivals arrivals.parquet
  scoremesh features load arrivals flights.csv --time arrived --column delay=arrival_delay
  scoremesh features load --events events.jsonl`;

/** `scoremesh features load`. */
export function addLoadCommand(context: CommandContext, features: Command): void {
  const command = remoteCommand(features, 'load', 'store the rows of a file as events')
    .argument('[stream]', 'the event stream; left out with --events')
    .argument('[file]', 'CSV, JSON lines or Parquet: .csv, .jsonl, .ndjson or .parquet')
    .option('--events', 'the file is JSON lines of whole events: {"stream","event_id","event_time","fields"}')
    .option('--id <column>', 'column of the identity, or "row" (default: event_id if there is one, else row)')
    .option('--id-prefix <text>', 'what stands before the row in identities (default: the name of the file)')
    .option('--time <column>', 'column of the event time, or "now" (default: event_time)')
    .option('--column <field=column>', 'a field whose column has another name; may be repeated', pair, {})
    .option('--from-row <number>', 'the first row to store, from 1 (default: where it was stopped)', rowOf)
    .option('--batch <rows>', 'rows of one request, at most 10000', batchOf, defaultBatch)
    .option('--progress-file <path>', 'where to remember the last row that is stored')
    .option('--strict', 'end with exit code 1 if rows went to the quarantine')
    .addHelpText('after', help);
  command.action(async (first: string | undefined, second: string | undefined, options: LoadOptions) => {
    const [stream, file] = options.events ? [undefined, first] : [first, second];
    if (file === undefined || (options.events && second !== undefined))
      return command.error('error: name a stream and a file, or with --events only a file');
    const { terminal } = context;
    await withMesh(context, options, async (mesh, call) => {
      const source = await sourceOf(mesh, call, stream, file, options, terminal);
      const { address = context.defaultAddress(), column, id, idPrefix, time } = options;
      const settings = [address, stream, column, id, idPrefix, time];
      const progress = await openLoadProgress(file, settings, options.progressFile);
      const totals = await load(mesh, source, progress, options.fromRow ?? progress.fromRow, terminal);
      if (options.strict && totals.quarantined > 0)
        throw new MeshError(
          'FEATURE_EVENT_INVALID',
          `${grouped(totals.quarantined)} rows are in the quarantine; \`scoremesh features quarantine list\` shows them`,
        );
    });
  });
}

/** Stores files of whole events; those that were stored before count once. */
export async function loadEventFiles(
  mesh: Pick<MeshClient, 'features'>,
  files: readonly string[],
  terminal: Terminal,
): Promise<void> {
  const { streams } = await mesh.features.ListFeatures({}, { timeoutMs: 30_000, signal: terminal.stop });
  for (const file of files) await load(mesh, eventFile(file, streams, defaultBatch), undefined, 1, terminal);
}

async function sourceOf(
  mesh: MeshClient,
  call: CallOptions,
  stream: string | undefined,
  file: string,
  { batch, column, id, idPrefix, time }: LoadOptions,
  terminal: Terminal,
): Promise<EventSource> {
  if (stream === undefined) {
    const { streams } = await mesh.features.ListFeatures({}, call);
    return eventFile(file, streams, batch);
  }
  const declared = await declaredStream(mesh, stream, call);
  const mapping = {
    columns: column,
    ...(id === undefined ? {} : { id }),
    ...(idPrefix === undefined ? {} : { idPrefix }),
    ...(time === undefined ? {} : { time }),
  };
  const source = eventRows(await openTable(file), declared, mapping, batch);
  if (source.missing.length > 0)
    terminal.err(
      `${file} has no columns for ${source.missing.join(', ')}: null in every event; --column names others`,
    );
  return source;
}

async function load(
  mesh: Pick<MeshClient, 'features'>,
  source: EventSource,
  progress: LoadProgress | undefined,
  fromRow: number,
  terminal: Terminal,
): Promise<LoadTotals> {
  const { path } = source;
  const startedMs = performance.now();
  const bar = createProgress(terminal, path, 'events');
  if (fromRow > 1) terminal.err(`${path}: going on from row ${grouped(fromRow)}`);
  let lastRow = fromRow - 1;
  let told = 0;
  const say = (line: string): void => {
    bar.clear();
    terminal.err(line);
  };
  try {
    const totals = await loadEvents(mesh, source, fromRow, {
      stop: terminal.stop,
      onAcknowledged: (row, share, { duplicates, quarantined, stored }) => {
        lastRow = row;
        // A load does not depend on it.
        void progress?.note(row);
        bar.at(share, stored + duplicates + quarantined);
      },
      onRejected: (row, rejection) => {
        told += 1;
        if (told <= maxTold) say(`${path}, row ${row} is in the quarantine: ${rejectionText(rejection)}`);
        else if (told === maxTold + 1)
          say('more rows go to the quarantine; `scoremesh features quarantine list` shows them');
      },
      onPause: ({ message, reason }, pauseMs) =>
        say(`${reason}: ${message}; trying again in ${duration(pauseMs)}`),
    });
    bar.clear();
    await progress?.remove();
    terminal.out(summary(path, totals, performance.now() - startedMs));
    if (source.rowIds !== undefined && totals.duplicates > 0)
      terminal.err(
        `rows are known as ${source.rowIds}:<row>; if those stored before were of another file, give this one an --id-prefix`,
      );
    return totals;
  } catch (error) {
    bar.clear();
    await progress?.flush();
    if (lastRow >= 1) {
      const goOn =
        progress === undefined
          ? 'load it again to go on; what is stored counts once'
          : 'the same command goes on from there';
      terminal.err(`${path}: stored up to row ${grouped(lastRow)}; ${goOn}`);
    }
    throw error;
  }
}

function summary(path: string, { duplicates, quarantined, stored }: LoadTotals, elapsedMs: number): string {
  const parts = [`${grouped(stored)} events are stored`];
  if (duplicates > 0) parts.push(`${grouped(duplicates)} were stored before`);
  if (quarantined > 0) parts.push(`${grouped(quarantined)} are in the quarantine`);
  return `${path}: ${parts.join(', ')}; ${duration(elapsedMs)}`;
}
