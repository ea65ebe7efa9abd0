import type { Command } from 'commander';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import type { CallOptions, MeshClient } from '../../client/client.ts';
import { openTable } from '../../files/open-table.ts';
import type { Terminal } from '../output.ts';
import { type CommandContext, pair, type RemoteOptions, remoteCommand, withMesh } from '../remote.ts';
import { declaredStream } from './declared.ts';
import { eventFile } from './event-file.ts';
import { eventRows } from './event-rows.ts';
import type { EventSource } from './event-source.ts';
import { batchOption, rowOf } from './feature-options.ts';
import { loadFile } from './file-load.ts';
import { openLoadProgress } from './load-progress.ts';
import { grouped } from './progress.ts';

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

const help = `
Columns named like the stream's fields are its fields, event_id is the identity of an event and event_time when it happened: ISO 8601
(without a zone: UTC) or Unix milliseconds. Rows without an event_id are known as <file name>:<row>. Either way a load that is repeated
counts nothing twice, and one that was stopped goes on where it was: the last row that is stored is in <file>.progress meanwhile.

Bools in CSV are true or false, in any case, or 1 or 0. Rows that can't be read (no JSON, too many cells, no time) are left out and named;
when the rest is stored, the exit code is 1. Mend them where they stand and load the file again: rows without an event_id are known by
their number, which counts the rows of CSV and Parquet from 1 without the header, and the lines of JSON lines.

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
    .addOption(batchOption(defaultBatch))
    .option('--progress-file <path>', 'where to remember the last row that is stored')
    .option(
      '--strict',
      "stop at the first row that can't be read, and end with exit code 1 if rows went to the quarantine",
    )
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
      const { fromRow = progress.fromRow, strict = false } = options;
      const before = options.fromRow === undefined ? progress.unreadable : 0;
      const totals = await loadFile(mesh, source, { progress, fromRow, before, strict }, terminal);
      if (totals.unreadable > 0)
        throw new MeshError(
          'FEATURE_EVENT_INVALID',
          `${grouped(totals.unreadable)} rows of ${file} could not be read and are not stored; mend them where they stand and load the file again: what is stored counts once`,
        );
      if (strict && totals.quarantined > 0)
        throw new MeshError(
          'FEATURE_EVENT_INVALID',
          `${grouped(totals.quarantined)} rows are in the quarantine; \`scoremesh features quarantine list\` shows them`,
        );
    });
  });
}

/** Stores files of whole events, up to the first line that can't be read; those that were stored before count once. */
export async function loadEventFiles(
  mesh: Pick<MeshClient, 'features'>,
  files: readonly string[],
  terminal: Terminal,
): Promise<void> {
  const { streams } = await mesh.features.ListFeatures({}, { timeoutMs: 30_000, signal: terminal.stop });
  const from = { progress: undefined, fromRow: 1, before: 0, strict: true };
  for (const file of files) await loadFile(mesh, eventFile(file, streams, defaultBatch), from, terminal);
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
