import { feastContract } from '../../../services/contracts.ts';
import { createFeastHandlers } from '../../../services/feature/feast/feast-handlers.ts';
import type { FeatureReads } from '../../../services/feature/feast/requested-features.ts';
import type { GetOnlineFeaturesRequest } from '../../../services/gen/feast/serving/GetOnlineFeaturesRequest.ts';
import type { GetOnlineFeaturesResponse__Output } from '../../../services/gen/feast/serving/GetOnlineFeaturesResponse.ts';
import type { Value } from '../../../services/gen/feast/types/Value.ts';
import type { FeatureSet__Output } from '../../../services/gen/scoremesh/feature/v1/FeatureSet.ts';
import type { GetFeaturesRequest__Output } from '../../../services/gen/scoremesh/feature/v1/GetFeaturesRequest.ts';
import type { GetFeaturesResponse__Output } from '../../../services/gen/scoremesh/feature/v1/GetFeaturesResponse.ts';
import { type Call, startCall } from '../../../services/kit/contract/call.ts';
import type { Client } from '../../../services/kit/contract/contract.ts';
import { serviceDefinition } from '../../../services/kit/contract/protos.ts';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';

/** Status and value of one cell; event time where there is one, Unix ms. */
export type Cell = readonly [status: 1 | 2 | 3 | 4, value: number | bigint | boolean | string, time?: number];

/** Cells of one feature, row by row. */
export interface ColumnOf {
  readonly datatype: string;
  readonly cells: readonly Cell[];
}

export const call: Call = startCall({ timeoutMs: 10_000, principal: 'test' });

/** The answer of GetFeatures for these columns: those of one type that follow each other make one block. */
export function answerOf(columns: readonly ColumnOf[]): GetFeaturesResponse__Output {
  const rows = columns[0]?.cells.length ?? 0;
  const byRow = (of: readonly ColumnOf[]): Cell[] =>
    Array.from({ length: rows }, (_, row) => of.map(({ cells }) => cells[row]!)).flat();
  const runs: ColumnOf[][] = [];
  for (const column of columns) {
    const run = runs.at(-1);
    if (run?.[0]?.datatype === column.datatype) run.push(column);
    else runs.push([column]);
  }
  const doubles = (values: number[]): Buffer => Buffer.from(Float64Array.from(values).buffer);
  return {
    digest: '',
    blocks: runs.map((run) => ({
      datatype: run[0]!.datatype,
      features: run.length,
      data: Buffer.concat(byRow(run).map(([, value]) => bytesOf(run[0]!.datatype, value))),
    })),
    statuses: Buffer.from(byRow(columns).map(([status]) => status)),
    eventTimes: doubles(byRow(columns).map(([, , time = 0]) => time)),
    ingestTimes: doubles(byRow(columns).map(() => 0)),
    asOf: 0,
    asOfIngest: 0,
    rowMoments: Buffer.alloc(0),
    timeColumns: Buffer.from(Uint16Array.from(columns.keys()).buffer),
  };
}

function bytesOf(datatype: string, value: Cell[1]): Buffer {
  if (datatype === 'FP32') return Buffer.from(Float32Array.of(Number(value)).buffer);
  if (datatype === 'FP64') return Buffer.from(Float64Array.of(Number(value)).buffer);
  if (datatype === 'INT64') return Buffer.from(BigInt64Array.of(BigInt(value)).buffer);
  if (datatype === 'BOOL') return Buffer.of(value ? 1 : 0);
  const text = Buffer.from(String(value));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  return Buffer.concat([length, text]);
}

export interface FakeReads extends FeatureReads {
  /** What GetFeatures was asked. */
  readonly asked: GetFeaturesRequest__Output[];
  /** The calls of all that was asked. */
  readonly calls: Call[];
}

/** A feature role that answers every read alike and knows one set. */
export function fakeReads(columns: readonly ColumnOf[], set?: Partial<FeatureSet__Output>): FakeReads {
  const asked: GetFeaturesRequest__Output[] = [];
  const calls: Call[] = [];
  return {
    asked,
    calls,
    GetFeatures: async (request, call) => {
      asked.push(request);
      calls.push(call);
      return answerOf(columns);
    },
    ListFeatures: async ({ featureSet }, call) => {
      calls.push(call);
      const name = featureSet.split('@')[0];
      if (set === undefined || set.name !== name)
        throw new MeshError('FEATURE_SET_NOT_FOUND', `no feature set is called "${featureSet}"`);
      const known: FeatureSet__Output = {
        name: '',
        digest: 'sha256:1',
        features: [],
        datatypes: [],
        entities: [],
        description: '',
        inputs: [],
        filledWhenAbsent: [],
        filledWhenStale: [],
        ...set,
      };
      return { views: [], sets: [known], streams: [], entities: [] };
    },
  };
}

/** Asks as a client would: request and answer go through the wire's codecs. */
export async function ask(
  reads: FeatureReads,
  request: GetOnlineFeaturesRequest,
): Promise<GetOnlineFeaturesResponse__Output> {
  const handlers: Client<typeof feastContract> = createFeastHandlers(reads, '1.2.3');
  const method = feastContract.methods().get('GetOnlineFeatures')!;
  const definition = serviceDefinition(feastContract.service).GetOnlineFeatures!;
  const received = method.request.decode(definition.requestSerialize(request));
  const answer = await handlers.GetOnlineFeatures(received as never, call);
  return definition.responseDeserialize(method.response.encode(answer)) as GetOnlineFeaturesResponse__Output;
}

export const texts = (...values: string[]): { val: Value[] } => ({
  val: values.map((stringVal) => ({ stringVal })),
});
