import { EventEmitter, once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Registry } from '../../../services/inference/lifecycle/registry.ts';
import type { ServedModel } from '../../../services/inference/lifecycle/served-model.ts';
import { VersionKeeper } from '../../../services/inference/lifecycle/version-keeper.ts';
import type { LoadedModel } from '../../../services/inference/loading/loader.ts';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { silentLog } from '../../../services/kit/log/log.ts';

/** What happened, in its order. */
let events: string[];
/** Ends the last request of a served model. */
let answerLast: Map<string, () => void>;
let lose: Map<string, (error: MeshError) => void>;
let opened: number;
let failServe: boolean;
let registry: Registry;
let keeper: VersionKeeper;

const loadedModel = (name: string): LoadedModel =>
  ({
    name,
    executor: { placement: 'inline', close: async () => void events.push(`close executor ${name}`) },
    shape: { name, inputs: [], outputs: [] },
    declared: {},
    certificate: { batchClass: 'BATCH_CLASS_INVARIANT', finding: '' },
    config: { maxBatchRows: 1 },
    facts: { digest: `digest of ${name}`, sizeBytes: 1, irVersion: 8, opsets: {} },
    measured: [],
    goldenCases: 0,
  }) as unknown as LoadedModel;

const servedModel = (name: string): ServedModel => {
  const idle = new EventEmitter();
  answerLast.set(name, () => void idle.emit('idle'));
  return {
    shape: { name },
    stop: () => void events.push(`stop ${name}`),
    drained: () => once(idle, 'idle').then(() => void events.push(`drained ${name}`)),
    close: async () => void events.push(`close ${name}`),
  } as unknown as ServedModel;
};

beforeEach(() => {
  events = [];
  answerLast = new Map();
  lose = new Map();
  opened = 0;
  failServe = false;
  registry = new Registry();
  keeper = new VersionKeeper({
    log: silentLog,
    registry,
    aliases: { of: () => new Map() },
    unfinished: { during: (_load, _isAsked, work) => work() },
    open: async () => loadedModel(`load ${++opened}`),
    serve: (_model, _version, loaded, onLost) => {
      const { name } = loaded as unknown as { name: string };
      if (failServe) throw new Error('no serving');
      lose.set(name, onLost);
      return servedModel(name);
    },
    drainMs: 60_000,
  });
});
afterEach(async () => {
  keeper.stop();
  for (const answer of answerLast.values()) answer();
  await keeper.close(0);
});

const take = (...signatures: string[]): void =>
  keeper.takeAll([
    {
      name: 'm',
      versions: signatures.map((signature, index) => ({
        model: 'm',
        version: index + 1,
        folder: '/nowhere',
        isRegistered: false,
        signature,
      })),
      faults: [],
      aliases: new Map(),
      policy: { kind: 'latest', count: 1 },
      unreadable: false,
    },
  ]);
const states = (): string[] =>
  registry.models.map(({ version, state, digest }) => `${version} ${state.slice(12)} ${digest}`.trim());
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the keeper of versions', () => {
  it('publishes the newer content before it stops the older, and closes that with its last answer', async () => {
    take('a');
    await keeper.idle();
    expect(states()).toEqual(['1 READY digest of load 1']);
    take('b');
    await keeper.idle();
    expect(states()).toEqual(['1 READY digest of load 2']);
    await turn();
    expect(events).toEqual(['stop load 1']);
    answerLast.get('load 1')?.();
    await turn();
    expect(events).toEqual(['stop load 1', 'drained load 1', 'close load 1']);
  });

  it('unloads a replaced version once the next one answers, and tells when its memory is back', async () => {
    take('a');
    await keeper.idle();
    take('a', 'b');
    await keeper.idle();
    expect(states()).toEqual(['1 UNLOADING digest of load 1', '2 READY digest of load 2']);
    await turn();
    expect(events).toEqual(['stop load 1']);
    answerLast.get('load 1')?.();
    await keeper.until(() => states()[0] === '1 UNLOADED');
    expect(events.at(-1)).toBe('close load 1');
  });

  it('gives back what it could not serve', async () => {
    failServe = true;
    take('a');
    await keeper.idle();
    expect(states()).toEqual(['1 FAILED']);
    expect(events).toEqual(['close executor load 1']);
  });

  it('takes a version whose threads were lost out of service, and loads it again', async () => {
    take('a');
    await keeper.idle();
    lose.get('load 1')?.(new MeshError('EXECUTOR_LOST', 'its threads ended too often'));
    expect(states()).toEqual(['1 FAILED']);
    expect(registry.models[0]?.reason).toBe('its threads ended too often');
    await keeper.until(() => states()[0] === '1 READY digest of load 2');
    expect(events).toEqual(['stop load 1']);
  });

  it('asks nothing of a version that was lost after it was replaced', async () => {
    take('a');
    await keeper.idle();
    take('b');
    await keeper.idle();
    lose.get('load 1')?.(new MeshError('EXECUTOR_LOST', 'late'));
    expect(states()).toEqual(['1 READY digest of load 2']);
  });

  it('gives up what is being loaded when it stops', async () => {
    take('a');
    const tried = keeper.families.get('m')?.versions.get(1)?.whenTried();
    keeper.stop();
    await expect(tried).rejects.toMatchObject({ reason: 'SHUTTING_DOWN' });
    await keeper.close(0);
    expect(events).toEqual(['close executor load 1']);
  });
});
