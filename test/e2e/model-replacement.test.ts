import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect as connectHttp2, constants } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelContract } from '../../services/contracts.ts';
import type { RegisterModelRequest } from '../../services/gen/scoremesh/inference/v1/RegisterModelRequest.ts';
import { type Placed, type PlacementName, place } from '../contract/placements.ts';
import { until } from '../contract/ready.ts';
import { floatsOf, rowsRequest } from '../inference/mesh-parts.ts';
import { linearModel } from '../inference/onnx-models.ts';

const rounds = 12;
const callers = 12;
const patient = { timeoutMs: 60_000 };
const one = Buffer.from(Float32Array.of(1).buffer);
const placements: readonly PlacementName[] = ['local', 'link', 'processes'];

/** Which versions a name has meant, and when: from when a change was asked for to when the change that ended it was answered. */
class Meaning {
  readonly #spans: { version: number; from: number; to: number }[] = [];

  /** While the change to this version is under way, both it and the one before are right. */
  async change<T>(version: number, asked: () => Promise<T>): Promise<T> {
    const ending = this.#spans.filter(({ to }) => to === Number.POSITIVE_INFINITY);
    this.#spans.push({ version, from: performance.now(), to: Number.POSITIVE_INFINITY });
    const answer = await asked();
    for (const span of ending) span.to = performance.now();
    return answer;
  }

  /** Whether it meant this version at some moment between. */
  was(version: number, from: number, to: number): boolean {
    return this.#spans.some((span) => span.version === version && span.from <= to && span.to >= from);
  }
}

interface Answered {
  readonly predictionId: string;
  readonly model: string;
  readonly version: number;
  readonly digest: string;
}

describe.each(placements)('models of a mesh placed %s that are replaced under full load', (name) => {
  let mesh: Placed;
  let modelsFolder: string;

  beforeAll(async () => {
    modelsFolder = mkdtempSync(`${tmpdir()}/scoremesh-replaced-`);
    mesh = await place(name, { modelsFolder, featuresFolder: undefined });
  });
  afterAll(async () => {
    await mesh?.close();
    rmSync(modelsFolder, { recursive: true, force: true });
  });

  it('answer every request with a version that was in force, as the records say', async () => {
    const { models, scoring, inference, audit } = mesh.client;
    const digests = new Map<string, string>();
    const register = async (model: string, version: number, aliases: string[] = []): Promise<void> => {
      async function* parts(): AsyncGenerator<RegisterModelRequest> {
        yield { header: { name: model, version, aliases } };
        const bytes = linearModel([version], 0);
        yield { chunk: { file: 'model.onnx', data: bytes.subarray(0, 40) } };
        yield { chunk: { file: 'model.onnx', data: bytes.subarray(40) } };
        yield { end: { digest: '' } };
      }
      for await (const { model: told } of models.RegisterModel(parts(), patient))
        digests.set(`${model}@${version}`, told?.digest ?? '');
    };
    const alias = (version: number) =>
      models.SetAlias({ name: 'aliased', alias: 'champion', version }, patient);

    // The champion of one model is moved; of the other a bare name means the highest version that is ready.
    const champion = new Meaning();
    const newest = new Meaning();
    await champion.change(1, () => register('aliased', 1, ['champion']));
    await newest.change(1, () => register('bare', 1));

    const answered: Answered[] = [];
    const wrong: string[] = [];
    const waiters = new Set<() => void>();
    const check = (
      reference: string,
      from: number,
      version: number,
      y: number,
      id: string,
      digest: string,
    ): void => {
      const [model = ''] = reference.split('@');
      const meaning = model === 'aliased' ? champion : newest;
      if (y !== version) wrong.push(`${reference}: version ${version} answered ${y}`);
      if (!meaning.was(version, from, performance.now()))
        wrong.push(`${reference}: version ${version} was not in force`);
      answered.push({ predictionId: id, model, version, digest });
      for (const wake of waiters) wake();
    };
    const score = async (reference: string): Promise<void> => {
      const from = performance.now();
      const inputs = { x: { tensor: { datatype: 'FP32', shape: [1, 1], data: one } } };
      const { model, outputs, predictionId } = await scoring.Score({ model: reference, inputs }, patient);
      const y = outputs.y?.number ?? Number.NaN;
      check(reference, from, model?.version ?? 0, y, predictionId, model?.digest ?? '');
    };
    const infer = async (reference: string): Promise<void> => {
      const from = performance.now();
      const answer = await inference.ModelInfer(rowsRequest(reference, [[1]]), patient);
      const [y = Number.NaN] = floatsOf(answer.rawOutputContents[0]);
      const id = answer.parameters.prediction_id?.stringParam ?? '';
      check(reference, from, Number(answer.modelVersion), y, id, '');
    };
    const asks = [score, infer].flatMap((ask) =>
      ['aliased', 'aliased@champion', 'bare'].map((reference) => () => ask(reference)),
    );
    let replacing = true;
    const caller = async (first: number): Promise<void> => {
      for (let turn = first; replacing; turn++)
        await asks[turn % asks.length]?.().catch((error: Error) => {
          wrong.push(String(error));
          replacing = false;
        });
    };
    /** Resolves once all have asked more. */
    const answers = async (): Promise<void> => {
      const goal = answered.length + 2 * callers;
      while (answered.length < goal && replacing)
        await new Promise<void>((resolve) => {
          const wake = (): void => {
            waiters.delete(wake);
            resolve();
          };
          waiters.add(wake);
        });
    };

    const calling = Array.from({ length: callers }, (_unused, first) => caller(first));
    for (let version = 2; version <= rounds + 1 && replacing; version++) {
      await register('aliased', version);
      await champion.change(version, () => alias(version));
      await answers();
      await champion.change(version - 1, () =>
        models.RollbackAlias({ name: 'aliased', alias: 'champion' }, patient),
      );
      await answers();
      await champion.change(version, () => alias(version));
      await models.UnloadModel({ name: 'aliased', version: version - 1 }, patient);
      await newest.change(version, () => register('bare', version));
      await models.UnloadModel({ name: 'bare', version: version - 1 }, patient);
      await models.LoadModel({ name: 'bare', version }, patient);
      await answers();
      if (version % 4 !== 0) continue;
      // Back to a version that has to be loaded again, which goes out of service as soon as nobody is sent to it.
      await newest.change(version - 1, async () => {
        await models.LoadModel({ name: 'bare', version: version - 1 }, patient);
        await models.UnloadModel({ name: 'bare', version }, patient);
      });
      await answers();
      await newest.change(version, () => models.LoadModel({ name: 'bare', version }, patient));
    }
    replacing = false;
    await Promise.all(calling);
    expect(wrong).toEqual([]);
    expect(answered.length).toBeGreaterThan(rounds * callers);

    const recorded = new Map<string, { version: number; digest: string }>();
    const changes: string[] = [];
    let refusals = 0;
    let pageToken = '';
    do {
      const page = await audit.ListRecords({ pageSize: 1000, pageToken });
      for (const { record } of page.records) {
        const of = record?.prediction?.model ?? record?.inference?.model;
        if (of) recorded.set(record?.recordId ?? '', of);
        if (record?.refusal || record?.refusalSummary) refusals++;
        const change = record?.modelChange;
        if (change) changes.push(`${change.kind.slice(18)} ${change.model} ${change.version}`);
      }
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(refusals).toBe(0);
    for (const { predictionId, model, version, digest } of answered) {
      const wanted = digests.get(`${model}@${version}`);
      if (digest !== '') expect(digest).toBe(wanted);
      expect(recorded.get(predictionId)).toMatchObject({ version, digest: wanted });
    }
    expect(new Set(answered.map(({ predictionId }) => predictionId)).size).toBe(answered.length);
    for (let version = 2; version <= rounds + 1; version++)
      for (const change of ['REGISTERED aliased', 'LOADED aliased', 'ALIAS_SET aliased', 'REGISTERED bare'])
        expect(changes).toContain(`${change} ${version}`);
    for (let version = 1; version <= rounds; version++)
      expect(changes).toContain(`ALIAS_ROLLED_BACK aliased ${version}`);
  });

  it.each(['cancels it', 'breaks the connection'])(
    'leave nothing of an upload whose caller %s',
    async (how) => {
      const { request } = modelContract.methods().get('RegisterModel')!;
      const framed = (message: RegisterModelRequest): Buffer => {
        const bytes = request.encode(message);
        const prefix = Buffer.alloc(5);
        prefix.writeUInt32BE(bytes.length, 1);
        return Buffer.concat([prefix, bytes]);
      };
      const session = connectHttp2(`http://${mesh.address}`);
      const upload = session.request({
        ':method': 'POST',
        ':path': '/scoremesh.inference.v1.ModelService/RegisterModel',
        'content-type': 'application/grpc',
        te: 'trailers',
      });
      // It is the caller's own doing.
      upload.on('error', () => {});
      upload.write(framed({ header: { name: 'cut', version: 1, aliases: ['champion'] } }));
      upload.write(framed({ chunk: { file: 'model.onnx', data: linearModel([1], 0) } }));
      const folder = join(mesh.dataFolder, 'models/cut');
      const left = (): string[] =>
        existsSync(folder) ? readdirSync(folder, { recursive: true }).map(String) : [];
      await until(async () =>
        left().some((path) => path.endsWith('model.onnx')) ? undefined : 'the upload has not begun',
      );
      if (how === 'cancels it') upload.close(constants.NGHTTP2_CANCEL);
      else session.destroy();
      await until(async () => (existsSync(folder) ? `of it is left ${left()}` : undefined));
      session.destroy();
      const { models } = await mesh.client.models.ListModels({});
      expect(models.filter((model) => model.name === 'cut')).toEqual([]);
    },
  );
});
