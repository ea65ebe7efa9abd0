import { afterEach, describe, expect, it } from 'vitest';
import { createChangeMaker } from '../../../services/inference/lifecycle/changes.ts';
import { maxKeptChanges, Registry, type Snapshot } from '../../../services/inference/lifecycle/registry.ts';
import { Cancellation, cancelledByCaller } from '../../../services/kit/contract/call.ts';
import { newCall, startService, type TestService } from '../mesh-parts.ts';
import { linearModel } from '../onnx-models.ts';
import { changesOf, chunkOf, endOf, headerOf, messages, registered } from './life-cycle-parts.ts';

const makeChange = createChangeMaker();
const change = (version: number) => makeChange('LOADED', { principal: 'test', model: 'm', version });
const open = (registry: Registry, cancellation = new Cancellation()): AsyncIterator<Snapshot> =>
  registry.watch(cancellation)[Symbol.asyncIterator]();
const versionsOf = ({ value }: IteratorResult<Snapshot>): number[] =>
  (value as Snapshot).changes.map(({ version }) => version);

describe('a watcher of the registry', () => {
  it('is told everything first, then each change once', async () => {
    const registry = new Registry();
    registry.publish([], [change(1), change(2)]);
    const watcher = open(registry);
    expect(versionsOf(await watcher.next())).toEqual([1, 2]);
    const next = watcher.next();
    registry.publish([], [change(3)]);
    expect(versionsOf(await next)).toEqual([3]);
  });

  it('that reads slowly is told the last state, and every change', async () => {
    const registry = new Registry();
    const watcher = open(registry);
    await watcher.next();
    for (let version = 1; version <= 50; version++) registry.publish([], [change(version)]);
    expect(versionsOf(await watcher.next())).toEqual(Array.from({ length: 50 }, (_unused, i) => i + 1));
  });

  it('that falls far behind is told the newest thousand', async () => {
    const registry = new Registry();
    const watcher = open(registry);
    await watcher.next();
    const total = maxKeptChanges + 234;
    for (let version = 1; version <= total; version++) registry.publish([], [change(version)]);
    const told = versionsOf(await watcher.next());
    expect(told).toHaveLength(maxKeptChanges);
    expect([told[0], told.at(-1)]).toEqual([235, total]);
    expect(versionsOf(await open(registry).next())).toEqual(told);
    registry.publish([], [change(7)]);
    expect(versionsOf(await watcher.next())).toEqual([7]);
  });

  it('ends when it is cancelled, while it waits and before', async () => {
    const registry = new Registry();
    const cancellation = new Cancellation();
    const watcher = open(registry, cancellation);
    await watcher.next();
    const waiting = watcher.next();
    cancellation.cancel(cancelledByCaller());
    expect((await waiting).done).toBe(true);
    expect((await watcher.next()).done).toBe(true);
    expect((await open(registry, cancellation).next()).done).toBe(true);
  });

  it('is told what it does not know yet before the registry ends it', async () => {
    const registry = new Registry();
    const [behind, waiting] = [open(registry), open(registry)];
    await Promise.all([behind.next(), waiting.next()]);
    const end = waiting.next();
    registry.close();
    expect((await end).done).toBe(true);
    expect((await behind.next()).done).toBe(true);
    const late = open(registry);
    expect((await late.next()).done).toBe(false);
    expect((await late.next()).done).toBe(true);
  });

  it('does not hold others up, and is forgotten when it returns', async () => {
    const registry = new Registry();
    const [idle, busy] = [open(registry), open(registry)];
    await Promise.all([idle.next(), busy.next()]);
    await idle.return?.();
    registry.publish([], [change(1)]);
    expect(versionsOf(await busy.next())).toEqual([1]);
    expect((await idle.next()).done).toBe(true);
  });
});

describe('the changes of models', () => {
  let service: TestService;
  afterEach(() => service.closers.close());

  it('have ids in their order, moments, digests, and who did it', async () => {
    service = await startService({ 'm/1/model.onnx': linearModel([1], 0) });
    const ann = { ...newCall(), principal: 'ann' };
    await registered(
      service,
      messages(headerOf({}), chunkOf('model.onnx', linearModel([2], 0)), endOf()),
      ann,
    );
    await service.models.SetAlias({ name: 'm', alias: 'champion', version: 2 }, ann);
    await service.models.SetAlias({ name: 'm', alias: 'champion', version: 1 }, ann);
    await service.models.RollbackAlias({ name: 'm', alias: 'champion' }, { ...ann, principal: 'ben' });
    const changes = await changesOf(service);
    expect(changes.map(({ kind, principal, version }) => [kind.slice(18), principal, version])).toEqual([
      ['LOADED', 'scoremesh', 1],
      ['REGISTERED', 'ann', 2],
      ['LOADED', 'ann', 2],
      ['ALIAS_SET', 'ann', 2],
      ['ALIAS_SET', 'ann', 1],
      ['ALIAS_ROLLED_BACK', 'ben', 2],
    ]);
    const ids = changes.map(({ changeId }) => changeId);
    for (const id of ids)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { digest, occurredAtUs } of changes) {
      expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
      expect(occurredAtUs).toBeGreaterThan(1.7e15);
    }
    expect(new Set(changes.filter(({ version }) => version === 2).map(({ digest }) => digest)).size).toBe(1);
  });

  it('are told to the end when the role stops', async () => {
    service = await startService({ 'm/1/model.onnx': linearModel([1], 0) });
    const told: number[] = [];
    const watching = (async () => {
      for await (const { models } of service.models.WatchModels({}, newCall())) told.push(models.length);
    })();
    await service.closers.close();
    await watching;
    expect(told.length).toBeGreaterThan(0);
  });
});
