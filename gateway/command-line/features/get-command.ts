import type { Command } from 'commander';
import type { FeatureSet__Output as FeatureSet } from '../../../services/gen/scoremesh/feature/v1/FeatureSet.ts';
import type { Value } from '../../../services/gen/scoremesh/scoring/v1/Value.ts';
import type { CallOptions, MeshClient } from '../../client/client.ts';
import {
  type FeatureColumn,
  FeatureStatus,
  type FeatureValue,
  featureColumns,
} from '../../client/feature-columns.ts';
import { unixMsOfText } from '../moment.ts';
import { type CommandContext, pair, type RemoteOptions, remoteCommand, withMesh } from '../remote.ts';
import { valueOfText } from '../values.ts';
import { declaredSet } from './declared.ts';
import { collected, knownAtOption, setMeaning } from './feature-options.ts';
import { fieldValue } from './field-value.ts';
import { duration } from './progress.ts';

interface GetOptions extends RemoteOptions {
  readonly set?: string;
  readonly feature: readonly string[];
  readonly entity: Readonly<Record<string, string>>;
  readonly input: Readonly<Record<string, string>>;
  readonly asOf?: number;
  readonly knownAt?: number;
  readonly json?: boolean;
}

/** `scoremesh features get`. */
export function addGetCommand(context: CommandContext, features: Command): void {
  const command = remoteCommand(features, 'get', 'read features of one row')
    .option('-s, --set <name>', setMeaning)
    .option('-f, --feature <view.feature>', 'a feature, in place of a set; may be repeated', collected, [])
    .option('-e, --entity <key=value>', 'a key that the features are about; may be repeated', pair, {})
    .option('-i, --input <name=value>', 'an input of the set; may be repeated', pair, {})
    .option('--as-of <time>', 'as of this moment, ISO 8601 or Unix milliseconds (default: now)', unixMsOfText)
    .addOption(knownAtOption())
    .option('--json', 'print the answer as JSON')
    .addHelpText(
      'after',
      `
Examples:
  scoremesh features get --set flight_delay -e origin=ORD -e destination=SFO -i minute_of_day=750
  scoremesh features get -f origin_delays.late_rate_1h -e origin=ORD --as-of 2001-02-01T12:30:00Z`,
    );
  command.action(async (options: GetOptions) => {
    if ((options.set === undefined) === (options.feature.length === 0))
      command.error('error: name a set with --set, or features with --feature');
    await withMesh(context, options, async (mesh, call) => {
      const set = options.set === undefined ? undefined : await declaredSet(mesh, options.set, call);
      const lines = await read(mesh, call, options, set);
      for (const line of lines) context.terminal.out(line);
    });
  });
}

async function read(
  mesh: MeshClient,
  call: CallOptions,
  { asOf, entity: entities, feature, input, json, knownAt }: GetOptions,
  set: FeatureSet | undefined,
): Promise<string[]> {
  const response = await mesh.features.GetFeatures(
    {
      // The version that was listed, should another be declared meanwhile.
      featureSet: set === undefined ? '' : `${set.name}@${set.digest}`,
      features: [...feature],
      rows: [{ entities, inputs: inputsOf(input, set) }],
      ...(asOf === undefined ? {} : { asOfEventTime: asOf }),
      ...(knownAt === undefined ? {} : { asOfIngestTime: knownAt }),
    },
    call,
  );
  const columns = featureColumns(response, set?.features ?? feature, set);
  if (json) return [JSON.stringify(readingJson(columns, response), null, 2)];
  const width = Math.max(4, ...columns.map(({ name }) => name.length)) + 2;
  return [
    `${'name'.padEnd(width)}${'value'.padEnd(24)}${'status'.padEnd(17)}${'event time'.padEnd(26)}age`,
    ...columns.map((column) => {
      const value = column.value(0);
      const time = column.eventTime(0);
      const age = column.ageMs(0);
      const shown = `${column.name.padEnd(width)}${shownValue(value, column.datatype).padEnd(24)}`;
      return `${shown}${statusName(column.status(0)).padEnd(17)}${time === 0 ? '' : iso(time).padEnd(26)}${age === undefined ? '' : duration(age)}`.trimEnd();
    }),
    `as of ${iso(response.asOf)}, known at ${response.asOfIngest === 0 ? 'no event yet' : iso(response.asOfIngest)}`,
  ];
}

function inputsOf(
  given: Readonly<Record<string, string>>,
  set: FeatureSet | undefined,
): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(given).map(([name, text]) => {
      const declared = set?.inputs.find((input) => input.name === name);
      return [name, declared === undefined ? valueOfText(text) : fieldValue(text, declared.datatype)];
    }),
  );
}

function readingJson(columns: readonly FeatureColumn[], { asOf, asOfIngest, digest }: ReadMoments): object {
  return {
    digest,
    as_of: asOf,
    as_of_ingest: asOfIngest,
    features: columns.map((column) => {
      const value = column.value(0);
      return {
        name: column.name,
        // As other JSON of the mesh has 64-bit integers: JSON's numbers are not exact.
        value: typeof value === 'bigint' ? String(value) : value,
        status: statusName(column.status(0)),
        event_time: column.eventTime(0) || null,
        age_ms: column.ageMs(0) ?? null,
      };
    }),
  };
}

interface ReadMoments {
  readonly asOf: number;
  readonly asOfIngest: number;
  readonly digest: string;
}

/** A value as people read it: of a float32 the fewest digits that mean it. */
export function shownValue(value: FeatureValue | null, datatype: string): string {
  if (value === null) return '-';
  if (datatype !== 'FP32' || typeof value !== 'number') return String(value);
  for (let digits = 1; digits <= 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(value);
}

/** The name of a status, as the score command writes it. */
export function statusName(status: number): string {
  const [name] = Object.entries(FeatureStatus).find(([, number]) => number === status) ?? ['unspecified'];
  return name.toLowerCase();
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
