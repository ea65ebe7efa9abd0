import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HttpUnderTest, ownClosers, startHttp } from '../http-fixture.ts';
import { errorOf, headerLength, inferPath, mirror, octets } from './infer-fixture.ts';
import { modelConfig } from './samples.ts';
import { elementText, nestedText, type SampleTensor, sampleTensor } from './tensors/sample-tensor.ts';

describe('any request', () => {
  const own = ownClosers();
  let server: HttpUnderTest;
  beforeAll(async () => {
    server = await startHttp(own, {
      inference: {
        ModelInfer: mirror,
        ModelConfig: async () => ({ config: modelConfig }),
        RepositoryIndex: async () => ({ models: [] }),
        RepositoryModelUnload: async () => ({}),
      },
    });
  });
  afterAll(() => own.close());

  const named = fc
    .array(
      fc.record({
        tensor: sampleTensor,
        binaryIn: fc.boolean(),
        binaryOut: fc.constantFrom(true, false, undefined),
      }),
      {
        maxLength: 4,
      },
    )
    .map((parts) => parts.map((part, i) => ({ ...part, name: `t${i}` })));

  type Part = { tensor: SampleTensor; binaryIn: boolean; binaryOut: boolean | undefined; name: string };
  const bodyOf = (parts: readonly Part[], byDefault: boolean): { head: string; binary: Buffer } => {
    const inputs = parts.map(({ name, tensor, binaryIn }) => {
      const { datatype, shape, values, raw } = tensor;
      const head = `"name":"${name}","datatype":"${datatype}","shape":[${shape.join(',')}]`;
      return binaryIn
        ? `{${head},"parameters":{"binary_data_size":${raw.length}}}`
        : `{${head},"data":${nestedText(values.map(elementText), shape)}}`;
    });
    const outputs = parts.map(({ name, binaryOut }) =>
      binaryOut === undefined ? { name } : { name, parameters: { binary_data: binaryOut } },
    );
    return {
      head: `{"parameters":{"binary_data_output":${byDefault}},"inputs":[${inputs.join(',')}],"outputs":${JSON.stringify(outputs)}}`,
      binary: Buffer.concat(parts.filter(({ binaryIn }) => binaryIn).map(({ tensor }) => tensor.raw)),
    };
  };
  const send = (head: string, binary: Buffer): Promise<Response> =>
    server.post(inferPath, Buffer.concat([Buffer.from(head), binary]), {
      ...octets,
      ...(binary.length === 0 ? {} : { [headerLength]: String(Buffer.byteLength(head)) }),
    });

  it('comes back as it was sent through a model that changes nothing, in whichever form', async () => {
    await fc.assert(
      fc.asyncProperty(named, fc.boolean(), async (parts, byDefault) => {
        const { head, binary } = bodyOf(parts, byDefault);
        const response = await send(head, binary);
        const body = Buffer.from(await response.arrayBuffer());
        expect([response.status, body.toString()]).toEqual([200, expect.any(String)]);
        const jsonBytes = Number(response.headers.get(headerLength) ?? body.length);
        const json = body.subarray(0, jsonBytes).toString();
        const { outputs } = JSON.parse(json) as {
          outputs: {
            data: unknown[];
            parameters: { binary_data_size: number };
            shape: number[];
            datatype: string;
          }[];
        };
        let at = jsonBytes;
        for (const [i, { tensor, binaryOut }] of parts.entries()) {
          const { data, parameters, shape, datatype } = outputs[i]!;
          expect({ shape, datatype }).toEqual({ shape: tensor.shape, datatype: tensor.datatype });
          if (binaryOut ?? byDefault) {
            const { binary_data_size: sizeBytes } = parameters;
            expect(body.subarray(at, at + sizeBytes)).toEqual(tensor.raw);
            at += sizeBytes;
          } else if (datatype === 'INT64' || datatype === 'UINT64')
            expect(json).toContain(`"data":[${tensor.values.join(',')}]`);
          else if (datatype.startsWith('FP'))
            expect(data.map(Number).map(datatype === 'FP32' ? Math.fround : Number)).toEqual(tensor.values);
          else expect(data).toEqual(tensor.values);
        }
        expect(at).toBe(body.length);
      }),
      { numRuns: 150 },
    );
  });

  it('that is broken anywhere is answered, with 200 or a named error of the caller', async () => {
    const change = fc.tuple(fc.nat(), fc.nat(6), fc.uint8Array({ maxLength: 4 }));
    await fc.assert(
      fc.asyncProperty(
        named,
        change,
        fc.option(fc.nat(300), { nil: undefined }),
        async (parts, [at, cut, put], length) => {
          const { head, binary } = bodyOf(parts, false);
          const whole = Buffer.concat([Buffer.from(head), binary]);
          const from = at % (whole.length + 1);
          const body = Buffer.concat([whole.subarray(0, from), put, whole.subarray(from + cut)]);
          const response = await server.post(inferPath, body, {
            ...octets,
            [headerLength]: String(length ?? Buffer.byteLength(head)),
          });
          if (response.status === 200) return void (await response.arrayBuffer());
          const { error, reason } = await errorOf(response);
          expect([400, error.length > 10, ['INVALID_REQUEST', 'TENSOR_INVALID'].includes(reason)]).toEqual([
            response.status,
            true,
            true,
          ]);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('of random headers and bytes is answered, and the server lives on', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom('', '0', '1', '10', '-1', '1e3', ' 5'),
        fc.constantFrom('identity', 'gzip', 'deflate', 'br'),
        fc.constantFrom(inferPath, '/v2/repository/index', '/v2/repository/models/m/unload'),
        async (body, length, encoding, path) => {
          const response = await server.post(path, body, {
            ...octets,
            'content-encoding': encoding,
            ...(length === '' ? {} : { [headerLength]: length }),
          });
          await response.arrayBuffer();
          expect(response.status).toBeLessThan(500);
        },
      ),
      { numRuns: 300 },
    );
    expect((await server.post(inferPath, { inputs: [] })).status).toBe(200);
  });
});
