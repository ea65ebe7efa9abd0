import type { Command } from 'commander';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { queriedRecordJson, recordResponseJson } from '../../http/record-json.ts';
import { createProgress, duration, grouped } from '../features/progress.ts';
import { type CommandContext, type RemoteOptions, remoteCommand, withMesh } from '../remote.ts';
import { createExportWriter } from './export-writer.ts';
import { addQueryOptions, countOf, filterOf, type QueryOptions } from './query-options.ts';
import { recordLine } from './record-text.ts';

interface QueryCommandOptions extends RemoteOptions, QueryOptions {
  readonly limit: number;
  readonly json?: boolean;
}

interface ExportOptions extends RemoteOptions, QueryOptions {
  readonly out: string;
}

/** A page may look through a good part of the log. */
const queryTimeoutMs = 60_000;
const maxPageSize = 1000;

const queryHelp = `
Examples:
  scoremesh audit query --model flight_delay --model-version 3 --outcome missing --since 2026-11-01T00:00:00Z
  scoremesh audit query --event refusal --principal tenant-7
  scoremesh audit query --subject passenger=4711 --json`;
const exportHelp = `
JSON lines have all that is recorded; Parquet and CSV have a row for each record, with values as JSON.

Examples:
  scoremesh audit export --event prediction --model flight_delay --out predictions.parquet
  scoremesh audit export --since 2026-11-01T00:00:00Z --until 2026-12-01T00:00:00Z --out november.jsonl`;

/** `scoremesh audit query`, `export` and `export-subject`. */
export function addQueryCommands(audit: Command, context: CommandContext): void {
  const { terminal } = context;
  const query = remoteCommand(audit, 'query', 'find records by what they say, oldest first, one line each', {
    timeoutMs: queryTimeoutMs,
  });
  addQueryOptions(query)
    .option('-n, --limit <count>', 'how many', countOf, 100)
    .option('--json', 'print one JSON object a line')
    .addHelpText('after', queryHelp)
    .action(async (options: QueryCommandOptions) => {
      await withMesh(context, options, async (mesh, call) => {
        const filter = filterOf(options);
        let left = options.limit;
        for (let pageToken = ''; left > 0; ) {
          const pageSize = Math.min(left, maxPageSize);
          const page = await mesh.audit.QueryRecords({ filter, pageSize, pageToken }, call);
          for (const found of page.records) {
            if (options.json) terminal.out(JSON.stringify(queriedRecordJson(found)));
            else if (found.record !== null) terminal.out(recordLine(found.record));
          }
          left -= page.records.length;
          pageToken = page.nextPageToken;
          if (pageToken === '') break;
        }
      });
    });

  const exporting = remoteCommand(audit, 'export', 'write records to a file, oldest first', {
    timeoutMs: Number.POSITIVE_INFINITY,
  });
  addQueryOptions(exporting)
    .requiredOption('--out <file>', 'where to write them: .jsonl, .parquet or .csv')
    .addHelpText('after', exportHelp)
    .action(async (options: ExportOptions) => {
      const { out, since, until } = options;
      await withMesh(context, options, async (mesh, call) => {
        const endMs = until ?? Date.now();
        let beginMs = since;
        const shareAt = (ms: number): number => {
          beginMs ??= ms;
          return Math.min(1, Math.max(0, (ms - beginMs) / Math.max(1, endMs - beginMs)));
        };
        await writeFile(context, out, async (write) => {
          for await (const { record } of mesh.audit.ExportRecords({ filter: filterOf(options) }, call)) {
            if (record === null) continue;
            await write(
              record,
              queriedRecordJson(record),
              shareAt((record.record?.record?.recordedAtUs ?? 0) / 1000),
            );
          }
        });
      });
    });

  remoteCommand(audit, 'export-subject', 'write everything about a data subject to a file, oldest first', {
    timeoutMs: Number.POSITIVE_INFINITY,
  })
    .argument('<entity=key>', 'the data subject, e.g. passenger=4711')
    .requiredOption('--out <file>', 'where to write it: .jsonl')
    .action(async (subject: string, { out, ...options }: RemoteOptions & { readonly out: string }) => {
      await withMesh(context, options, async (mesh, call) => {
        await writeFile(context, out, async (write) => {
          for await (const { record } of mesh.audit.ExportSubject({ subject }, call)) {
            if (record === null) continue;
            const found = { record, outcomes: [], outcome: 'OUTCOME_STATE_UNSPECIFIED' as const };
            await write(found, recordResponseJson(record), 0);
          }
        });
      });
    });
}

type Write = (
  record: Parameters<typeof queriedRecordJson>[0],
  json: object,
  /** How far it is, 0 to 1. */
  share: number,
) => Promise<void>;

/** Writes a file with progress on a terminal; there is none if the work fails. */
async function writeFile(
  { terminal }: CommandContext,
  out: string,
  work: (write: Write) => Promise<void>,
): Promise<void> {
  const writer = await createExportWriter(out);
  const bar = createProgress(terminal, out, 'records');
  const startedMs = performance.now();
  let count = 0;
  try {
    await work(async (record, json, share) => {
      await writer.write(record, json);
      count += 1;
      bar.at(share, count);
    });
    await writer.finish();
    bar.clear();
    terminal.out(`${out}: ${grouped(count)} records; ${duration(performance.now() - startedMs)}`);
  } catch (error) {
    bar.clear();
    if (!terminal.stop.aborted) throw error;
    throw new MeshError('CALL_CANCELLED', `the export was stopped; ${out} was not written`, {}, error);
  } finally {
    await writer.discard();
  }
}
