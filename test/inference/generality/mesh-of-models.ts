import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { untilReady } from '../../contract/ready.ts';
import { startRole } from '../../contract/role-process.ts';
import { connectInference } from '../../e2e/inference-client.ts';

/** A whole mesh in a process of its own, and ONNX Runtime itself in this one, that both have the same models. */
export interface MeshOfModels {
  /**
   * Runs a model on tensors, through the gateway and by ONNX Runtime itself, and answers its outputs by name. Fails unless both agree
   * on every bit, every shape and every datatype.
   */
  infer(model: string, inputs: readonly Input[]): Promise<Readonly<Record<string, Output>>>;
  close(): Promise<void>;
}

export interface Input {
  readonly name: string;
  readonly datatype: 'FP32' | 'INT64';
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

export interface Output {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** The mesh as `npm start` runs it, on free ports, with these model files, by model. */
export async function startMeshOf(files: Readonly<Record<string, string>>): Promise<MeshOfModels> {
  const closers = createClosers(silentLog);
  try {
    const folder = mkdtempSync(join(tmpdir(), 'scoremesh-generality-'));
    closers.add('folder', () => rmSync(folder, { recursive: true, force: true }));
    const models = join(folder, 'models');
    for (const [model, file] of Object.entries(files)) {
      mkdirSync(join(models, model, '1'), { recursive: true });
      copyFileSync(file, join(models, model, '1/model.onnx'));
    }
    const mesh = await startRole('gateway,feature,inference,audit', {
      SCOREMESH_DATA: join(folder, 'data'),
      SCOREMESH_MODELS: models,
    });
    closers.add('mesh', async () => void (await mesh.stop()));
    await untilReady(`http://127.0.0.1:${mesh.metricsPort}`);
    const client = connectInference(`127.0.0.1:${mesh.grpcPort}`);
    closers.add('client', client.close);
    const direct = directSessions(files);
    closers.add('sessions', direct.close);
    return {
      infer: async (modelName, inputs) => {
        const answer = await client.call('ModelInfer', {
          modelName,
          inputs: inputs.map(({ name, datatype, shape }) => ({ name, datatype, shape: [...shape] })),
          rawInputContents: inputs.map(({ data }) => Buffer.from(bytesOf(data))),
        });
        const answered = answer.outputs.map(({ name, datatype, shape }, index) => ({
          name,
          datatype,
          shape: shape.map(Number),
          bytes: answer.rawOutputContents[index] ?? Buffer.alloc(0),
        }));
        expectSame(modelName, answered, await direct.run(modelName, inputs));
        return Object.fromEntries(
          // Bytes inside a message need not be aligned.
          answered.map(({ name, shape, bytes }) => [
            name,
            { shape, data: new Float32Array(Uint8Array.from(bytes).buffer) },
          ]),
        );
      },
      close: () => closers.close(),
    };
  } catch (error) {
    await closers.close();
    throw error;
  }
}

interface Tensors {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** ONNX Runtime by its own package: nothing of the mesh is in between. One session per model, made at its first run. */
function directSessions(files: Readonly<Record<string, string>>): {
  run(model: string, inputs: readonly Input[]): Promise<Tensors[]>;
  close(): Promise<void>;
} {
  const sessions = new Map<string, Promise<InferenceSession>>();
  const sessionOf = (model: string): Promise<InferenceSession> => {
    const known =
      sessions.get(model) ??
      InferenceSession.create(files[model]!, { intraOpNumThreads: 1, interOpNumThreads: 1 });
    sessions.set(model, known);
    return known;
  };
  return {
    run: async (model, inputs) => {
      const session = await sessionOf(model);
      const feeds = inputs.map(({ name, shape, data }): [string, Tensor] => [
        name,
        data instanceof Float32Array ? new Tensor('float32', data, shape) : new Tensor('int64', data, shape),
      ]);
      const outputs = await session.run(Object.fromEntries(feeds));
      return session.outputNames.map((name) => {
        const { dims, data } = outputs[name]!;
        return { name, datatype: 'FP32', shape: dims, bytes: bytesOf(data as Float32Array) };
      });
    },
    close: async () => {
      for (const session of sessions.values()) await (await session).release();
    },
  };
}

function expectSame(model: string, answered: readonly Tensors[], direct: readonly Tensors[]): void {
  const describe = ({ name, datatype, shape }: Tensors): string => `${name} ${datatype}[${shape}]`;
  const [a, b] = [answered.map(describe).join(', '), direct.map(describe).join(', ')];
  if (a !== b) throw new Error(`${model} answered ${a}, where ONNX Runtime itself says ${b}`);
  for (const [index, { name, bytes }] of answered.entries())
    if (Buffer.compare(bytes, direct[index]!.bytes) !== 0)
      throw new Error(`${model} answered other bits of ${name} than ONNX Runtime itself`);
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | BigInt64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
