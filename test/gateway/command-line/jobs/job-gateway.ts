import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openTable } from '../../../../gateway/files/open-table.ts';
import type { Cell } from '../../../../gateway/files/table.ts';
import {
  type FeatureContract,
  featureContract,
  type ModelContract,
  modelContract,
  scoringContract,
} from '../../../../services/contracts.ts';
import type { Model__Output } from '../../../../services/gen/scoremesh/inference/v1/Model.ts';
import type { Client } from '../../../../services/kit/contract/contract.ts';
import { startGrpcServer } from '../../../../services/kit/rpc/grpc-server.ts';
import { serve } from '../../../../services/kit/rpc/served.ts';
import { closersOfTest, scratchFolder } from '../../../kit/bus/broker.ts';
import { serverDefaults } from '../../../kit/rpc/processes.ts';
import { createRecorder } from '../../../kit/rpc/recorder.ts';
import { model, requestInput } from '../../../scoring/fakes.ts';
import { type JobMesh, scoringOf, startJobMesh, testStreams } from '../../../scoring/jobs-api/job-mesh.ts';

/** A gateway of jobs over gRPC, with a model m that takes a number a and an entity. */
export interface JobGateway extends JobMesh {
  readonly address: string;
  readonly folder: string;
  file(name: string): string;
  write(name: string, text: string): Promise<string>;
  text(name: string): Promise<string>;
  /** The rows of a file by its columns. */
  rows(name: string): Promise<Record<string, Cell>[]>;
}

export const sampleModel: Model__Output = model({
  aliases: ['champion'],
  featureSet: 'flight',
  requestInputs: [requestInput('a', 'number')],
});

export async function startJobGateway(maxPerQueue = 100_000): Promise<JobGateway> {
  const mesh = await startJobMesh(
    testStreams.map((spec) =>
      spec.retention === 'work' ? { ...spec, maxMessagesPerSubject: maxPerQueue } : spec,
    ),
  );
  const { instruments } = createRecorder();
  const models = fake(modelContract.methods().keys(), {
    ListModels: async () => ({ models: [sampleModel] }),
  }) as Client<ModelContract>;
  const features = fake(featureContract.methods().keys(), {
    ListFeatures: async () => ({
      sets: [{ name: 'flight', entities: ['airport'] }],
      streams: [],
      views: [],
      entities: [],
    }),
  }) as unknown as Client<FeatureContract>;
  const services = [
    serve(scoringContract, scoringOf(mesh.jobs), instruments),
    serve(modelContract, models, instruments),
    serve(featureContract, features, instruments),
  ];
  const { port } = await startGrpcServer(serverDefaults, services, [], instruments, closersOfTest());
  const folder = await scratchFolder();
  const file = (name: string): string => join(folder, name);
  return {
    ...mesh,
    address: `127.0.0.1:${port}`,
    folder,
    file,
    write: async (name, text) => {
      await writeFile(file(name), text);
      return file(name);
    },
    text: (name) => readFile(file(name), 'utf8'),
    rows: async (name) => {
      const table = await openTable(file(name));
      const names = table.columns.map((column) => column.name);
      const rows: Record<string, Cell>[] = [];
      for await (const { columns, numbers } of table.batches({ columns: names, batchRows: 1000 }))
        for (const index of numbers.keys())
          rows.push(Object.fromEntries(names.map((name, at) => [name, columns[at]?.[index] ?? null])));
      return rows;
    },
  };
}

function fake(names: Iterable<string>, known: Record<string, unknown>): object {
  const unexpected = async (): Promise<never> => {
    throw new Error('not part of this test');
  };
  return Object.fromEntries([...names].map((name) => [name, known[name] ?? unexpected]));
}
