import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { FeatureContract } from '../../services/contracts.ts';
import type { FeatureConfig } from '../../services/feature/config.ts';
import { createFeatureService } from '../../services/feature/feature-service.ts';
import { timePlaces } from '../../services/feature/serving/time-columns.ts';
import type { EntityRow__Output } from '../../services/gen/scoremesh/feature/v1/EntityRow.ts';
import type { Event__Output } from '../../services/gen/scoremesh/feature/v1/Event.ts';
import type { GetFeaturesRequest__Output } from '../../services/gen/scoremesh/feature/v1/GetFeaturesRequest.ts';
import type { GetFeaturesResponse__Output } from '../../services/gen/scoremesh/feature/v1/GetFeaturesResponse.ts';
import type { IngestResponse__Output } from '../../services/gen/scoremesh/feature/v1/IngestResponse.ts';
import { type Call, startCall } from '../../services/kit/contract/call.ts';
import type { Handlers } from '../../services/kit/contract/contract.ts';
import { createClosers } from '../../services/kit/lifecycle/closers.ts';
import { type Log, type LogFields, silentLog } from '../../services/kit/log/log.ts';
import { noon } from './arrivals.ts';
import { type CountingMetrics, countingMetrics } from './counting-metrics.ts';

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (let next = cleanUps.pop(); next !== undefined; next = cleanUps.pop()) await next();
});

/** Does this after the test, before what was to be done earlier. */
export function afterTest(cleanUp: () => Promise<unknown>): void {
  cleanUps.push(cleanUp);
}

export async function tempFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'feature-'));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder with these files. */
async function folderOf(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await tempFolder();
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}

interface Logged {
  readonly level: 'warn' | 'error';
  readonly message: string;
  readonly fields: LogFields | undefined;
}

export interface Started {
  readonly handlers: Handlers<FeatureContract>;
  readonly folder: string;
  readonly metrics: CountingMetrics;
  readonly clock: { now: number };
  /** Warnings and errors. */
  readonly logged: readonly Logged[];
  ingest(...events: Event__Output[]): Promise<IngestResponse__Output>;
  /** Reads a set, or features by name, for rows; the moments in `as`. */
  read(what: string | readonly string[], rows: readonly Row[], as?: As): Promise<GetFeaturesResponse__Output>;
  declare(yaml: string, dryRun?: boolean): ReturnType<Handlers<FeatureContract>['Declare']>;
  close(): Promise<void>;
  /** Closes it and opens the same folder at the same clock. */
  restart(declarations?: string): Promise<Started>;
}

export interface Row {
  readonly entities?: Readonly<Record<string, string>>;
  readonly inputs?: EntityRow__Output['inputs'];
  readonly at?: number;
}

export interface As {
  readonly of?: number | undefined;
  readonly known?: number | undefined;
}

/** A feature service with these declarations, closed after the test; its clock stands at noon until it is moved. */
export async function startFeatures(
  declarations: string,
  options: Partial<FeatureConfig> & { readonly clock?: { now: number } } = {},
): Promise<Started> {
  const { clock = { now: noon }, ...config } = options;
  const logged: Logged[] = [];
  const note =
    (level: Logged['level']): Log['warn'] =>
    (message, fields) =>
      void logged.push({ level, message, fields });
  const log: Log = { ...silentLog, warn: note('warn'), error: note('error') };
  const closers = createClosers(log);
  cleanUps.push(closers.close);
  const folder = config.folder ?? (await tempFolder());
  const declarationsFolder = await folderOf(declarations === '' ? {} : { 'features.yaml': declarations });
  const metrics = countingMetrics();
  const { handlers } = await createFeatureService(
    { declarationsFolder, ...config, folder },
    { log, metrics, now: () => clock.now },
    closers,
  );
  return {
    handlers,
    folder,
    metrics,
    clock,
    logged,
    ingest: (...events) => handlers.Ingest({ events }, testCall()),
    read: (what, rows, as) => handlers.GetFeatures(requestOf(what, rows, as), testCall()),
    declare: (yaml, dryRun = false) => handlers.Declare({ yaml, dryRun }, testCall()),
    close: closers.close,
    restart: async (next = declarations) => {
      await closers.close();
      return startFeatures(next, { ...config, folder, clock });
    },
  };
}

export function requestOf(
  what: string | readonly string[],
  rows: readonly Row[],
  { of, known }: As = {},
): GetFeaturesRequest__Output {
  return {
    featureSet: typeof what === 'string' ? what : '',
    features: typeof what === 'string' ? [] : [...what],
    rows: rows.map(({ entities = {}, inputs = {}, at }) => ({
      entities: { ...entities },
      inputs,
      ...(at === undefined ? {} : { asOfEventTime: at }),
    })),
    ...(of === undefined ? {} : { asOfEventTime: of }),
    ...(known === undefined ? {} : { asOfIngestTime: known }),
  };
}

export function testCall(): Call {
  return startCall({ timeoutMs: 60_000, principal: 'test' });
}

const statusNames = ['', 'PRESENT', 'NULL_VALUE', 'NOT_FOUND', 'OUTSIDE_MAX_AGE'] as const;

/** One value of a reply. */
export interface ReadValue {
  readonly status: (typeof statusNames)[number];
  readonly value: number | bigint | boolean | string;
  readonly eventTime: number;
  readonly ingestTime: number;
}

/** The values of a reply, row by row. */
export function unpack(response: GetFeaturesResponse__Output): ReadValue[][] {
  const width = response.blocks.reduce((sum, { features }) => sum + features, 0);
  const rows = response.statuses.length / width;
  const placeOf = timePlaces(response);
  const columns = response.blocks.map(({ datatype, data }) => unpackBlock(datatype, data));
  return Array.from({ length: rows }, (_, row) => {
    const values = response.blocks.flatMap(({ features }, block) =>
      columns[block]!.slice(row * features, (row + 1) * features),
    );
    return values.map((value, column) => {
      const at = row * width + column;
      return {
        status: statusNames[response.statuses[at]!]!,
        value,
        eventTime: response.eventTimes.readDoubleLE(placeOf(row, column) * 8),
        ingestTime: response.ingestTimes.readDoubleLE(placeOf(row, column) * 8),
      };
    });
  });
}

/** The values of the only row of a reply. */
export function valuesOf(response: GetFeaturesResponse__Output): ReadValue['value'][] {
  return unpack(response)[0]!.map(({ value }) => value);
}

export function statusesOf(response: GetFeaturesResponse__Output): string[] {
  return [...response.statuses].map((status) => statusNames[status]!);
}

function unpackBlock(datatype: string, data: Buffer): ReadValue['value'][] {
  const every = <T>(size: number, read: (offset: number) => T): T[] =>
    Array.from({ length: data.length / size }, (_, index) => read(index * size));
  if (datatype === 'FP32') return every(4, (offset) => data.readFloatLE(offset));
  if (datatype === 'FP64') return every(8, (offset) => data.readDoubleLE(offset));
  if (datatype === 'INT64') return every(8, (offset) => data.readBigInt64LE(offset));
  if (datatype === 'BOOL') return every(1, (offset) => data[offset] === 1);
  const texts: string[] = [];
  for (let offset = 0; offset < data.length; ) {
    const length = data.readUInt32LE(offset);
    texts.push(data.toString('utf8', offset + 4, offset + 4 + length));
    offset += 4 + length;
  }
  return texts;
}
