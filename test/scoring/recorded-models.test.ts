import { afterEach, describe, expect, it } from 'vitest';
import { MeshError } from '../../services/kit/errors/mesh-error.ts';
import { type Closers, createClosers } from '../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../services/kit/log/log.ts';
import { createGate, errorOf, until } from '../kit/rpc/processes.ts';
import { type FakeRoles, fakeRoles, model, modelChange, newCall } from './fakes.ts';
import { startGateway } from './inference-parts.ts';

let closers: Closers = createClosers(silentLog);
afterEach(async () => {
  const used = closers;
  closers = createClosers(silentLog);
  await used.close();
});

const start = (roles: FakeRoles, config: Parameters<typeof startGateway>[2] = {}) =>
  startGateway(roles, closers, config);

describe('what changes models', () => {
  const loaded = modelChange(1);

  it.each(['LoadModel', 'UnloadModel', 'SetAlias', 'RollbackAlias'] as const)(
    '%s is answered when the record of the change is durable',
    async (name) => {
      const durable = createGate();
      const roles: FakeRoles = fakeRoles([model()], {
        append: () => durable.opened,
        models: {
          [name]: async () => {
            // The followed stream is behind: the gateway asks.
            roles.change([model()], [loaded]);
            return { models: [] };
          },
        },
      });
      const { models } = await start(roles);
      let answered = false;
      const changing = models[name]({} as never, newCall()).then(() => {
        answered = true;
      });
      await until(() => roles.steps.includes('append'));
      await new Promise((resolve) => setImmediate(resolve));
      expect(answered).toBe(false);
      durable.open();
      await changing;
      expect(roles.records()).toMatchObject([
        { recordId: loaded.changeId, principal: 'operator', modelChange: { model: 'm', version: 1 } },
      ]);
    },
  );

  it.each(['RepositoryModelLoad', 'RepositoryModelUnload'] as const)(
    '%s too is answered when the record of the change is durable',
    async (name) => {
      const roles: FakeRoles = fakeRoles([model()], {
        inference: {
          [name]: async () => {
            roles.change([model()], [loaded]);
            return {};
          },
        },
      });
      const inference = await start(roles);
      await inference[name]({ repositoryName: '', modelName: 'm', parameters: {} }, newCall());
      expect(roles.records().map(({ recordId }) => recordId)).toEqual([loaded.changeId]);
    },
  );

  it('is refused at its deadline while the log is down, and recorded once it is back', async () => {
    let down = true;
    const roles: FakeRoles = fakeRoles([model()], {
      append: async () => {
        if (down) throw new MeshError('ROLE_UNREACHABLE', 'the log is gone');
      },
      models: {
        LoadModel: async () => {
          roles.change([model()], [loaded]);
          return { models: [] };
        },
      },
    });
    const { models } = await start(roles);
    expect(await errorOf(models.LoadModel({ name: 'm', version: 1 }, newCall(50)))).toMatchObject({
      code: 4,
    });
    down = false;
    await until(() => roles.appended.length === 1);
    expect(roles.records()).toMatchObject([{ recordId: loaded.changeId }]);
  });

  it('by itself is recorded too, once, whatever is repeated', async () => {
    const roles = fakeRoles([model()]);
    await start(roles);
    roles.tell([model()], [modelChange(1), modelChange(2)]);
    await until(() => roles.appended.length === 2);
    roles.breakStreams();
    roles.tell([model()], [modelChange(3)]);
    await until(() => roles.appended.length === 3);
    expect(roles.records().map(({ recordId }) => recordId)).toEqual(
      [1, 2, 3].map((n) => modelChange(n).changeId),
    );
  });

  it('before a restart of the gateway is not recorded again', async () => {
    const roles = fakeRoles([model()]);
    await start(roles);
    roles.tell([model()], [modelChange(1)]);
    await until(() => roles.appended.length === 1);
    await closers.close();
    closers = createClosers(silentLog);
    const { models } = await start(roles);
    roles.tell([model()], [modelChange(2)]);
    await until(() => roles.appended.length === 2);
    expect(roles.steps.filter((step) => step === 'append').length).toBeGreaterThanOrEqual(3);
    expect(roles.records().map(({ recordId }) => recordId)).toEqual(
      [1, 2].map((n) => modelChange(n).changeId),
    );
    expect(models).toBeDefined();
  });
});
