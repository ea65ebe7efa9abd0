import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { FeatureSet__Output as FeatureSet } from '../../../services/gen/scoremesh/feature/v1/FeatureSet.ts';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { typedColumns } from '../../files/column-types.ts';
import { openTable } from '../../files/open-table.ts';
import { type Column, fileFault, formatOf, type Table } from '../../files/table.ts';
import { type CommandContext, pair, type RemoteOptions, remoteCommand, withMesh } from '../remote.ts';
import { declaredSet } from './declared.ts';
import { batchOption, knownAtOption, setMeaning } from './feature-options.ts';
import { createProgress, duration, grouped } from './progress.ts';
import { featureHeads, type JoinMapping, type JoinOptions, writeTrainingSet } from './training-file.ts';

interface JoinCommandOptions extends RemoteOptions {
  readonly set: string;
  readonly labels: string;
  readonly out: string;
  readonly timeColumn: string;
  readonly knownAt?: number;
  readonly entity: Readonly<Record<string, string>>;
  readonly input: Readonly<Record<string, string>>;
  readonly batch: number;
  readonly status?: boolean;
  readonly age?: boolean;
}

const defaultBatch = 2_000;
/** What the mesh reads in one request. */
const maxValues = 1_000_000;

const help = `
The moments of the rows are in the column event_time (ISO 8601, without a zone: UTC; or Unix milliseconds), keys and inputs in columns of
their names. Rows in the order of time are joined the fastest; the order stays as it is. Other columns are kept.

Examples:
  scoremesh features join --set flight_delay --labels labels.csv --out train.parquet
  scoremesh features join --set flight_delay --labels flights.parquet --out train.parquet \\
    --time-column departed --entity origin=from --entity destination=to --status`;

/** `scoremesh features join`. */
export function addJoinCommand(context: CommandContext, features: Command): void {
  remoteCommand(features, 'join', 'add to labelled rows the features that would have been served at the time')
    .requiredOption('-s, --set <name>', setMeaning)
    .requiredOption('--labels <file>', 'the rows: .csv, .jsonl, .ndjson or .parquet')
    .requiredOption('--out <file>', 'where to write them with their features: .csv, .jsonl or .parquet')
    .option('--time-column <column>', "the rows' moments", 'event_time')
    .addOption(knownAtOption())
    .option('--entity <key=column>', 'a key whose column has another name; may be repeated', pair, {})
    .option('--input <name=column>', 'an input whose column has another name; may be repeated', pair, {})
    .addOption(batchOption(defaultBatch))
    .option('--status', 'add a column <feature>__status for each feature')
    .option('--age', 'add a column <feature>__age_ms for each feature')
    .addHelpText('after', help)
    .action(async (options: JoinCommandOptions) => {
      const { labels, out } = options;
      if (resolve(labels) === resolve(out))
        throw fileFault(out, 'would take the place of the labels; give --out another name');
      const { terminal } = context;
      const outFormat = formatOf(out);
      const table = await openTable(labels);
      await withMesh(context, options, async (mesh, call) => {
        const set = await declaredSet(mesh, options.set, call);
        const mapping = mappingOf(table, set, options);
        for (const { name } of set.inputs)
          if (!mapping.inputs.has(name))
            terminal.err(`${labels} has no column for input ${name}; without a default it will be refused`);
        // CSV says nothing of types, so that nothing has to be found out.
        const columns =
          outFormat === 'csv' && table.format !== 'jsonl' ? table.columns : await typedColumns(table);
        const bar = createProgress(terminal, out, 'rows');
        const join: JoinOptions = {
          out,
          batchRows: Math.max(1, Math.min(options.batch, Math.floor(maxValues / set.features.length))),
          knownAt: options.knownAt,
          withStatus: options.status ?? false,
          withAge: options.age ?? false,
          stop: terminal.stop,
          onRows: (share, rows) => bar.at(share, rows),
        };
        refuseRepeated(table.path, [...columns, ...featureHeads(set, join)]);
        const startedMs = performance.now();
        try {
          const rows = await writeTrainingSet(mesh, table, columns, set, mapping, join);
          bar.clear();
          terminal.out(
            `${out}: ${grouped(rows)} rows with ${set.features.length} features of ${set.name}@${set.digest}; ${duration(performance.now() - startedMs)}`,
          );
        } catch (error) {
          bar.clear();
          if (!terminal.stop.aborted) throw error;
          throw new MeshError('CALL_CANCELLED', `the join was stopped; ${out} was not written`, {}, error);
        }
      });
    });
}

function mappingOf(
  { columns, path }: Table,
  { entities, inputs, name: set }: FeatureSet,
  { entity, input, timeColumn }: JoinCommandOptions,
): JoinMapping {
  const names = columns.map(({ name }) => name);
  const needed = (column: string, what: string, option: string): string => {
    if (names.includes(column)) return column;
    throw fileFault(
      path,
      `has no column "${column}" for ${what}; name it with ${option}; there are ${names.join(', ')}`,
    );
  };
  for (const name of Object.keys(input))
    if (!inputs.some((declared) => declared.name === name))
      throw fileFault('--input', `feature set ${set} has no input "${name}"`);
  for (const name of Object.keys(entity))
    if (!entities.includes(name)) throw fileFault('--entity', `feature set ${set} has no key "${name}"`);
  return {
    time: needed(timeColumn, "the rows' moments", '--time-column COLUMN'),
    keys: new Map(
      entities.map((key) => [key, needed(entity[key] ?? key, `key ${key}`, `--entity ${key}=COLUMN`)]),
    ),
    inputs: new Map(
      inputs.flatMap(({ name }): [string, string][] => {
        const column = input[name];
        if (column !== undefined) return [[name, needed(column, `input ${name}`, '--input')]];
        return names.includes(name) ? [[name, name]] : [];
      }),
    ),
  };
}

function refuseRepeated(path: string, columns: readonly Column[]): void {
  const seen = new Set<string>();
  for (const { name } of columns) {
    if (seen.has(name))
      throw fileFault(path, `has a column "${name}", which is also one of the features; rename it`);
    seen.add(name);
  }
}
