import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { RegisterModelRequest__Output as RegisterModelRequest } from '../../../services/gen/scoremesh/inference/v1/RegisterModelRequest.ts';
import { cancelledByCaller } from '../../../services/kit/contract/call.ts';
import { createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { newCall, startService, type TestService, writeModels } from '../mesh-parts.ts';
import { linearModel } from '../onnx-models.ts';
import {
  answerOf,
  changeLines,
  chunkOf,
  endOf,
  headerOf,
  listed,
  messages,
  modelOf,
  registered,
} from './life-cycle-parts.ts';

const one = linearModel([1], 0);
const two = linearModel([2], 0);
const broken = Buffer.from('this is no model');

let service: TestService;
afterEach(() => service.closers.close());

const register = (header: Parameters<typeof headerOf>[0], ...chunks: RegisterModelRequest[]) =>
  registered(service, messages(headerOf(header), ...chunks, endOf()));
/** Everything that stands in the registry's folder, by path. */
const stored = async (): Promise<string[]> =>
  (await readdir(service.registryFolder, { recursive: true })).sort();

describe('a version that is uploaded', () => {
  it('is stored whole, loaded, and answers under its digest', async () => {
    service = await startService({});
    const half = Math.floor(two.length / 2);
    const states = await register(
      { version: 3, aliases: ['champion'] },
      chunkOf('model.onnx', two.subarray(0, half)),
      chunkOf('model.onnx', two.subarray(half)),
      chunkOf('model.yaml', 'description: twice\n'),
    );
    expect(states).toEqual(['m 3 LOADING', 'm 3 READY']);
    expect(await answerOf(service, 'm@champion')).toBe(2);
    expect(await modelOf(service, 'm')).toMatchObject({
      digest: `sha256:${createHash('sha256').update(two).digest('hex')}`,
      description: 'twice',
      aliases: ['champion'],
    });
    expect(await stored()).toEqual(['.aliases.json', 'm', 'm/3', 'm/3/model.onnx', 'm/3/model.yaml']);
    expect(await readFile(join(service.registryFolder, 'm/3/model.onnx'))).toEqual(two);
    expect(await changeLines(service)).toEqual([
      'REGISTERED m 3 by test',
      'LOADED m 3 by test',
      'ALIAS_SET m@champion 3 by test',
    ]);
  });

  it('is there again after a restart, with its alias', async () => {
    service = await startService({});
    await register({ version: 1, aliases: ['champion'] }, chunkOf('model.onnx', one));
    await register({ version: 2 }, chunkOf('model.onnx', two));
    const { modelsFolder, registryFolder } = service;
    const again = await startService({}, { modelsFolder, registryFolder });
    expect(await listed(again)).toEqual(['m 1 READY @champion', 'm 2 READY']);
    expect(await answerOf(again, 'm')).toBe(1);
    await again.closers.close();
  });

  it('gets the next number if it names none, beside versions of the folder of models', async () => {
    service = await startService({ 'm/4/model.onnx': one });
    expect(await register({}, chunkOf('model.onnx', two))).toEqual(['m 5 LOADING', 'm 5 READY']);
    expect(await listed(service)).toEqual(['m 4 READY', 'm 5 READY']);
    expect(await answerOf(service, 'm')).toBe(2);
  });

  it('never overwrites one that exists, wherever it stands', async () => {
    service = await startService({ 'm/1/model.onnx': one });
    await register({ version: 2 }, chunkOf('model.onnx', one));
    for (const version of [1, 2])
      await expect(register({ version }, chunkOf('model.onnx', two))).rejects.toMatchObject({
        reason: 'MODEL_EXISTS',
        message: expect.stringContaining(`version ${version} exists`),
      });
    expect(await answerOf(service, 'm@1')).toBe(1);
    expect(await answerOf(service, 'm@2')).toBe(1);
    expect(await stored()).toEqual(['m', 'm/2', 'm/2/model.onnx']);
  });

  it('is the first of several that come at once as the same version; each that names none gets its own', async () => {
    service = await startService({});
    const upload = (version: number) =>
      register({ version }, chunkOf('model.onnx', one)).then(
        ([state]) => state,
        (error: { reason: string }) => error.reason,
      );
    const same = await Promise.all([upload(7), upload(7), upload(7)]);
    expect(same.sort()).toEqual(['MODEL_EXISTS', 'MODEL_EXISTS', 'm 7 LOADING']);
    const next = await Promise.all([upload(0), upload(0), upload(0)]);
    expect(next.sort()).toEqual(['m 10 LOADING', 'm 8 LOADING', 'm 9 LOADING']);
    expect(await stored()).not.toContainEqual(expect.stringContaining('.upload'));
  });

  it('that can not be loaded is kept as FAILED, and its predecessor goes on', async () => {
    service = await startService({ 'm/1/model.onnx': one });
    await expect(
      register({ version: 2, aliases: ['champion'] }, chunkOf('model.onnx', broken)),
    ).rejects.toMatchObject({
      reason: 'MODEL_INVALID',
    });
    expect(await listed(service)).toEqual(['m 1 READY', 'm 2 FAILED']);
    expect(await answerOf(service, 'm')).toBe(1);
    expect((await modelOf(service, 'm@2')).reason).toContain("'m/2/model.onnx' can't be used");
    expect(await changeLines(service)).toEqual([
      'LOADED m 1 by scoremesh',
      'REGISTERED m 2 by test',
      'FAILED m 2 by test',
    ]);
  });

  it('may have the name of a file of the registry', async () => {
    service = await startService({ 'm/1/model.onnx': one });
    await register({ name: 'aliases.json' }, chunkOf('model.onnx', two));
    await service.models.SetAlias({ name: 'm', alias: 'champion', version: 1 }, newCall());
    expect(await answerOf(service, 'aliases.json')).toBe(2);
  });

  it.each([
    ['no header', [chunkOf('model.onnx', one)], 'the first message is no header'],
    ['nothing at all', [], 'the first message is no header'],
    ['two headers', [headerOf({}), headerOf({})], 'send one header'],
    ['no file', [headerOf({}), endOf()], 'model.onnx is missing'],
    ['an empty model', [headerOf({}), chunkOf('model.onnx', ''), endOf()], 'model.onnx is empty'],
    ['no end', [headerOf({}), chunkOf('model.onnx', one)], 'ended before the end was told'],
    [
      'another digest',
      [headerOf({}), chunkOf('model.onnx', one), endOf('sha256:00')],
      'is sha256:00, but what arrived has sha256:',
    ],
    [
      'a file that is none',
      [headerOf({}), chunkOf('weights.bin', 'x')],
      "'weights.bin' is no file of a version",
    ],
    ['a file outside', [headerOf({}), chunkOf('../model.onnx', one)], "'../model.onnx' is no file"],
    [
      'a file in two parts',
      [headerOf({}), chunkOf('model.onnx', one), chunkOf('model.yaml', ''), chunkOf('model.onnx', one)],
      "'model.onnx' was sent before",
    ],
    [
      'too large a text',
      [headerOf({}), chunkOf('model.onnx', one), chunkOf('model.yaml', Buffer.alloc(1024 * 1024 + 1))],
      "'model.yaml' is larger than the 1048576 bytes",
    ],
    [
      'too large a model',
      [headerOf({}), chunkOf('model.onnx', Buffer.alloc(4097))],
      'larger than the 4096 bytes',
    ],
    ['a name that leads elsewhere', [headerOf({ name: '../m' })], "'../m' is no model name"],
    ['a hidden name', [headerOf({ name: '.m' })], "'.m' is no model name"],
    ['an alias that is a number', [headerOf({ aliases: ['3'] })], "'3' is no alias"],
    ['too many aliases', [headerOf({ aliases: Array.from({ length: 17 }, () => 'a') })], 'more than 16'],
    ['a path without end', [headerOf({ path: 'x'.repeat(5000) })], 'longer than 4096'],
    ['a path where none may be read', [headerOf({ path: 'm' })], 'takes uploads only'],
  ])('is refused with %s, and nothing of it is left', async (_what, parts, message) => {
    service = await startService({ 'm/1/model.onnx': one }, { maxModelBytes: 4096 });
    await expect(registered(service, messages(...parts))).rejects.toMatchObject({
      reason: 'INVALID_REQUEST',
      message: expect.stringContaining(message),
    });
    expect(await stored()).toEqual([]);
    expect(await listed(service)).toEqual(['m 1 READY']);
    expect(await answerOf(service, 'm')).toBe(1);
  });

  it('leaves nothing behind when its caller goes away in between', async () => {
    service = await startService({});
    const call = newCall();
    async function* cutShort() {
      yield headerOf({});
      yield chunkOf('model.onnx', one);
      call.cancellation.cancel(cancelledByCaller());
      await new Promise(() => {});
    }
    await expect(registered(service, cutShort(), call)).rejects.toMatchObject({ reason: 'CALL_CANCELLED' });
    expect(await stored()).toEqual([]);
    expect(await listed(service)).toEqual([]);
  });

  it('leaves nothing behind when its deadline passes in between', async () => {
    service = await startService({});
    async function* stalling() {
      yield headerOf({});
      await new Promise(() => {});
    }
    await expect(registered(service, stalling(), newCall(300))).rejects.toMatchObject({
      reason: 'DEADLINE_PASSED_WAITING',
    });
    expect(await stored()).toEqual([]);
  });

  it('goes on to be loaded and to get its alias when the caller leaves after it was stored', async () => {
    service = await startService({});
    const answers = service.models.RegisterModel(
      messages(headerOf({ aliases: ['champion'] }), chunkOf('model.onnx', one), endOf()),
      newCall(),
    );
    for await (const { model } of answers) {
      expect(model?.state).toBe('MODEL_STATE_LOADING');
      break;
    }
    for await (const { models } of service.models.WatchModels({}, newCall()))
      if (models[0]?.aliases.includes('champion')) break;
    expect(await listed(service)).toEqual(['m 1 READY @champion']);
  });

  it('waits its turn beyond eight at once', async () => {
    service = await startService({});
    const call = newCall();
    async function* stalling() {
      yield headerOf({});
      await new Promise(() => {});
    }
    const stalled = Array.from({ length: 8 }, () =>
      registered(service, stalling(), call).catch((error: { reason: string }) => error.reason),
    );
    await expect(register({}, chunkOf('model.onnx', one))).rejects.toMatchObject({
      reason: 'QUEUE_FULL',
      details: { retryAfterMs: expect.any(Number) },
    });
    call.cancellation.cancel(cancelledByCaller());
    expect(new Set(await Promise.all(stalled))).toEqual(new Set(['CALL_CANCELLED']));
    expect(await register({}, chunkOf('model.onnx', one))).toEqual(['m 1 LOADING', 'm 1 READY']);
  });

  it('is removed at the next start if the process ended in between', async () => {
    service = await startService({});
    await mkdir(join(service.registryFolder, 'm/.upload-1'), { recursive: true });
    await writeFile(join(service.registryFolder, 'm/.upload-1/model.onnx'), one);
    const { modelsFolder, registryFolder } = service;
    const again = await startService({}, { modelsFolder, registryFolder });
    expect(await stored()).toEqual([]);
    await again.closers.close();
  });

  it('is refused where calls may change nothing', async () => {
    service = await startService({ 'm/1/model.onnx': one }, { control: 'none' });
    await expect(register({}, chunkOf('model.onnx', two))).rejects.toMatchObject({
      reason: 'MODEL_CONTROL_OFF',
    });
  });

  it('is loaded also where the folder of models is polled', async () => {
    service = await startService({ 'm/1/model.onnx': one }, { control: 'poll' });
    expect(await register({}, chunkOf('model.onnx', two))).toEqual(['m 2 LOADING', 'm 2 READY']);
    expect(await answerOf(service, 'm')).toBe(2);
  });
});

describe('a version that is registered from a folder', () => {
  const closers = createClosers(silentLog);
  let root: string;
  const start = async (): Promise<void> => {
    root = await writeModels(
      { 'import/m/model.onnx': two, 'import/m/notes.txt': 'mine', 'outside/model.onnx': one },
      closers,
    );
    service = await startService({}, { importFolder: join(root, 'import') });
  };
  const from = (path: string) => register({ path, aliases: ['champion'] });
  afterEach(() => closers.close());

  it.each(['relative', 'absolute'])('is copied: a path that is %s', async (kind) => {
    await start();
    expect(await from(kind === 'relative' ? 'm' : join(root, 'import/m'))).toEqual([
      'm 1 LOADING',
      'm 1 READY',
    ]);
    await writeFile(join(root, 'import/m/model.onnx'), broken);
    await service.models.LoadModel({ name: 'm', version: 1 }, newCall());
    expect(await answerOf(service, 'm')).toBe(2);
    expect(await stored()).toEqual(['.aliases.json', 'm', 'm/1', 'm/1/model.onnx']);
  });

  it('may be in a folder of imports that is itself reached through a link', async () => {
    await start();
    await symlink(join(root, 'import'), join(root, 'link'));
    const linked = await startService({}, { importFolder: join(root, 'link') });
    for (const path of ['m', join(root, 'link/m'), join(root, 'import/m')])
      expect(await registered(linked, messages(headerOf({ path })))).toHaveLength(2);
    await linked.closers.close();
  });

  it.each([
    ['..', 'is not below'],
    ['../outside', 'is not below'],
    ['m/../../outside', 'is not below'],
    ['.', 'is not below'],
    ['/', 'is not below'],
    ['/etc', 'is not below'],
    ['m\0', "can't be read"],
    ['absent', "can't be read: ENOENT"],
    ['m/model.onnx', "can't be read"],
    ['link-to-folder', 'is reached through a link'],
    ['link-to-folder/deeper', 'is reached through a link'],
    ['link-in', 'is a link'],
    ['pipe-like', 'is no plain file'],
  ])('is refused from %j', async (path, message) => {
    await start();
    const folder = join(root, 'import');
    await mkdir(join(root, 'outside/deeper'));
    await writeFile(join(root, 'outside/deeper/model.onnx'), one);
    await symlink(join(root, 'outside'), join(folder, 'link-to-folder'));
    await mkdir(join(folder, 'link-in'));
    await symlink(join(root, 'outside/model.onnx'), join(folder, 'link-in/model.onnx'));
    await mkdir(join(folder, 'pipe-like/model.onnx'), { recursive: true });
    const refusal = await from(path).then(
      () => undefined,
      (error: { reason: string; message: string }) => error,
    );
    expect(refusal).toMatchObject({ reason: 'INVALID_REQUEST', message: expect.stringContaining(message) });
    // What is not said by the caller is not told to the caller.
    expect(refusal?.message.replaceAll(path, '')).not.toContain(root);
    expect(await stored()).toEqual([]);
  });

  it('is refused as a whole if one of its files can not be read', async () => {
    await start();
    await mkdir(join(root, 'import/m/model.yaml'));
    await expect(from('m')).rejects.toMatchObject({ reason: 'INVALID_REQUEST' });
    expect(await stored()).toEqual([]);
  });

  it('is refused with the name of the setting if the folder of imports is gone', async () => {
    await start();
    const gone = await startService({}, { importFolder: join(root, 'gone') });
    await expect(registered(gone, messages(headerOf({ path: 'm' })))).rejects.toMatchObject({
      reason: 'CONFIG_INVALID',
      message: expect.stringContaining('SCOREMESH_IMPORT'),
    });
    await gone.closers.close();
  });
});
