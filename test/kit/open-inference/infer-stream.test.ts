import { describe, expect, it } from 'vitest';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { inferStream, maxStreamedRequests } from '../../../services/kit/open-inference/infer-stream.ts';
import { createGate, errorOf, until } from '../rpc/processes.ts';
import { inferAnswer, inferRequest, inferRequests } from './open-inference-fakes.ts';

describe('ModelStreamInfer over ModelInfer', () => {
  it('tells a failure in its place, with the id of its request, and goes on', async () => {
    const answers = [];
    for await (const { errorMessage, inferResponse } of inferStream(
      inferRequests('a', 'bad', 'c'),
      async ({ id }) => {
        if (id === 'bad') throw new MeshError('TENSOR_INVALID', 'too few bytes');
        return inferAnswer(id);
      },
    ))
      answers.push([errorMessage, inferResponse!.id, inferResponse!.modelName]);
    expect(answers).toEqual([
      ['', 'a', 'm'],
      ['too few bytes', 'bad', ''],
      ['', 'c', 'm'],
    ]);
  });

  it('always has a message for a failure, and never the details of a bug, which are reported', async () => {
    const thrown = [new MeshError('INFERENCE_FAILED', ''), new TypeError('secret')];
    const bug = thrown[1];
    const messages = [];
    const bugs: unknown[] = [];
    for await (const { errorMessage } of inferStream(
      inferRequests('a', 'b'),
      () => Promise.reject(thrown.shift()),
      (error) => bugs.push(error),
    ))
      messages.push(errorMessage);
    expect(bugs).toEqual([bug]);
    expect(messages).toHaveLength(2);
    for (const message of messages) {
      expect(message).not.toBe('');
      expect(message).not.toContain('secret');
    }
  });

  it('has a bounded number of requests under way', async () => {
    const gate = createGate();
    let begun = 0;
    let read = 0;
    const requests = (async function* () {
      for (; read < 1000; read++) yield inferRequest(String(read));
    })();
    const answers = inferStream(requests, async ({ id }) => {
      begun += 1;
      await gate.opened;
      return inferAnswer(id);
    });
    const first = answers.next();
    await until(() => begun === maxStreamedRequests);
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(begun).toBe(maxStreamedRequests);
    expect(read).toBeLessThanOrEqual(maxStreamedRequests);
    gate.open();
    expect((await first).value?.inferResponse?.id).toBe('0');
    await answers.return(undefined);
  });

  it('ends with the error of the stream of requests', async () => {
    const broken = new MeshError('CALL_CANCELLED', 'the caller went away');
    const requests = (async function* () {
      yield inferRequest('a');
      throw broken;
    })();
    const reading = (async () => {
      for await (const _answer of inferStream(requests, () => new Promise(() => {})));
    })();
    expect(await errorOf(reading)).toBe(broken);
  });
});
