import { afterEach, describe, expect, it } from 'vitest';
import { MeshError } from '../../services/kit/errors/mesh-error.ts';
import { type Closers, createClosers } from '../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../services/kit/log/log.ts';
import { errorOf, until } from '../kit/rpc/processes.ts';
import { type FakeRoles, fakeRoles, model, newCall, scoreRequest } from './fakes.ts';
import { answerOf, request, startGateway } from './inference-parts.ts';

let closers: Closers = createClosers(silentLog);
afterEach(async () => {
  const used = closers;
  closers = createClosers(silentLog);
  await used.close();
});

const start = (roles: FakeRoles, config: Parameters<typeof startGateway>[2] = {}) =>
  startGateway(roles, closers, config);

describe('a version that is replaced meanwhile', () => {
  const one = model({ digest: 'sha256:01' });
  const two = model({ version: 2, digest: 'sha256:02' });

  it('that was loaded again from other files is told of, and its answer has the content that gave it', async () => {
    const roles = fakeRoles([one], { infer: async () => answerOf('sha256:99') });
    const { ModelInfer } = await start(roles);
    const answering = ModelInfer(request(), newCall());
    await until(() => roles.inferred.length === 1);
    expect(roles.appended).toEqual([]);
    roles.tell([model({ digest: 'sha256:99' })]);
    await answering;
    expect(roles.inferred).toHaveLength(2);
    expect(roles.records()).toMatchObject([{ inference: { model: { digest: 'sha256:99' } } }]);
  });

  it('fails at the deadline if no news of the content that answers ever come', async () => {
    const roles = fakeRoles([one], { infer: async () => answerOf('sha256:99') });
    const { ModelInfer } = await start(roles);
    expect(await errorOf(ModelInfer(request(), newCall(30)))).toMatchObject({ code: 4 });
    expect(roles.records()).toMatchObject([{ event: 'refusal' }]);
  });

  it.each(['MODEL_NOT_FOUND', 'MODEL_VERSION_NOT_FOUND', 'MODEL_NOT_READY'] as const)(
    'and is gone (%s) fails no request: its successor answers',
    async (reason) => {
      const roles = fakeRoles([one], {
        infer: async ({ modelVersion }) => {
          if (modelVersion === '1') throw new MeshError(reason, 'it is gone');
          return answerOf('sha256:02', 2);
        },
      });
      const { ModelInfer, scoring } = await start(roles);
      const answering = [ModelInfer(request(), newCall()), scoring.Score(scoreRequest(), newCall())];
      await until(() => roles.inferred.length === 2);
      roles.tell([{ ...one, state: 'MODEL_STATE_UNLOADED' }, two]);
      await Promise.all(answering);
      const events = roles.records();
      expect(events.map(({ event }) => event).sort()).toEqual(['inference', 'prediction']);
      for (const { inference, prediction } of events)
        expect((inference ?? prediction)!.model).toMatchObject({ version: 2, digest: 'sha256:02' });
    },
  );

  it('and is gone without a successor is refused as the inference role says', async () => {
    const roles = fakeRoles([one], {
      infer: async () => {
        throw new MeshError('MODEL_NOT_READY', "'m' version 1 is not at ready state");
      },
    });
    const { ModelInfer } = await start(roles);
    const answering = errorOf(ModelInfer(request(), newCall()));
    await until(() => roles.inferred.length === 1);
    roles.tell([{ ...one, state: 'MODEL_STATE_UNLOADED' }]);
    expect(await answering).toMatchObject({ reason: 'MODEL_NOT_READY' });
  });

  it('and is new to the gateway is answered by once it has heard of it', async () => {
    const roles = fakeRoles([one], {
      infer: async () => answerOf('sha256:02', 2),
    });
    const { ModelInfer } = await start(roles);
    roles.change([one, two]);
    // Asked for by number before the gateway knows it: the inference role answers, and the record waits for the news.
    const answering = ModelInfer(request({ modelVersion: '2' }), newCall());
    await until(() => roles.inferred.length === 1);
    roles.tell([one, two]);
    await answering;
    expect(roles.records()).toMatchObject([{ inference: { model: { version: 2, digest: 'sha256:02' } } }]);
  });
});
