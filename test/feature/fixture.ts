import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { FeatureContract } from '../../services/contracts.ts';
import type { FeatureConfig } from '../../services/feature/config.ts';
import { createFeatureService } from '../../services/feature/feature-service.ts';
import type { GetFeaturesResponse__Output } from '../../services/gen/scoremesh/feature/v1/GetFeaturesResponse.ts';
import { type Call, startCall } from '../../services/kit/contract/call.ts';
import type { Handlers } from '../../services/kit/contract/contract.ts';
import { createClosers } from '../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../services/kit/log/log.ts';
import { type CountingMetrics, countingMetrics, noon } from './rows.ts';

export * from './rows.ts';

/** One feature of each type in a view of one key, a composite view and a key-less one. */
export const travel = `
views:
  airport:
    description: What is known of an airport.
    keys: [airport]
    max_age: 24h
    features:
      rate: { type: float32, description: share of late departures }
      mean: { type: float64 }
      count: { type: int64 }
      open: { type: bool }
      city: { type: text }
  route:
    keys: [origin, destination]
    features:
      rate: { type: float32 }
  system:
    keys: []
    features:
      rate: { type: float32 }
sets:
  everything:
    description: Every type.
    features: [airport.rate, route.rate, system.rate, airport.mean, airport.count, airport.open, airport.city]
  rates:
    features: [airport.rate, system.rate]
`;

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (let next = cleanUps.pop(); next !== undefined; next = cleanUps.pop()) await next();
});

export async function tempFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'feature-'));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder with these files. */
export async function folderOf(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await tempFolder();
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}

export interface Started {
  readonly handlers: Handlers<FeatureContract>;
  readonly folder: string;
  readonly metrics: CountingMetrics;
  close(): Promise<void>;
}

/** A feature service with these declarations at a clock that stands, closed after the test. */
export async function startFeatures(
  declarations: string,
  options: Partial<FeatureConfig> & { now?: () => number } = {},
): Promise<Started> {
  const { now = () => noon, ...config } = options;
  const closers = createClosers(silentLog);
  cleanUps.push(closers.close);
  const folder = config.folder ?? (await tempFolder());
  const declarationsFolder = await folderOf({ 'features.yaml': declarations });
  const metrics = countingMetrics();
  const { handlers } = await createFeatureService(
    { declarationsFolder, ...config, folder },
    { log: silentLog, metrics, now },
    closers,
  );
  return { handlers, folder, metrics, close: closers.close };
}

export function testCall(): Call {
  return startCall({ timeoutMs: 60_000, principal: 'test' });
}

/** A reply with its numbers unpacked, row-major. */
export function unpack(response: GetFeaturesResponse__Output): {
  statuses: number[];
  eventTimes: number[];
  ingestTimes: number[];
  values: unknown[][];
} {
  return {
    statuses: [...response.statuses],
    eventTimes: floats(response.eventTimes),
    ingestTimes: floats(response.ingestTimes),
    values: response.blocks.map(({ datatype, data }) => unpackBlock(datatype, data)),
  };
}

function unpackBlock(datatype: string, data: Buffer): unknown[] {
  const every = <T>(size: number, read: (offset: number) => T): T[] =>
    Array.from({ length: data.length / size }, (_, index) => read(index * size));
  if (datatype === 'FP32') return every(4, (offset) => data.readFloatLE(offset));
  if (datatype === 'FP64') return every(8, (offset) => data.readDoubleLE(offset));
  if (datatype === 'INT64') return every(8, (offset) => data.readBigInt64LE(offset));
  if (datatype === 'BOOL') return [...data];
  const texts: string[] = [];
  for (let offset = 0; offset < data.length; ) {
    const length = data.readUInt32LE(offset);
    texts.push(data.toString('utf8', offset + 4, offset + 4 + length));
    offset += 4 + length;
  }
  return texts;
}

function floats(bytes: Buffer): number[] {
  return Array.from({ length: bytes.length / 8 }, (_, index) => bytes.readDoubleLE(index * 8));
}
