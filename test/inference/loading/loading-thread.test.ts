import { setImmediate as turn } from 'node:timers/promises';
import { describe, it } from 'vitest';
import { LoadingThread } from '../../../services/inference/loading/loading-thread.ts';
import { plainServing } from './load-cycles.ts';

const entry = new URL('./hanging-loader.ts', import.meta.url);

function ask(version: number) {
  const settings = { ...plainServing, certificateMs: 1000 };
  return {
    model: 'm',
    version,
    folder: 'nowhere',
    fileName: 'model.onnx',
    maxModelBytes: 1,
    declaresBatch: false,
    settings,
  };
}

// To start a thread takes part of it, half a second on an idle machine.
const limitMs = 5000;

describe.concurrent('a model that never ends to load', () => {
  it('fails after the limit, and the next one loads in a thread of its own', async ({ expect }) => {
    const thread = new LoadingThread({ entry, limitMs });
    const loads = [thread.load(ask(1)), thread.load(ask(3))];
    await expect(loads[0]).rejects.toMatchObject({
      reason: 'MODEL_INVALID',
      message: expect.stringContaining("'m/1/model.onnx' can't be used: it was not loaded within 5000 ms"),
    });
    expect(await loads[1]).toBe('version 3');
    expect(thread.stuck).toBe(1);
    await thread.close();
  });

  it('is counted until its thread comes back', async ({ expect }) => {
    const thread = new LoadingThread({ entry, limitMs });
    await expect(thread.load(ask(2))).rejects.toMatchObject({ reason: 'MODEL_INVALID' });
    while (thread.stuck > 0) await turn();
    expect(await thread.load(ask(3))).toBe('version 3');
    await thread.close();
  });

  it('is not tried again and again: few threads are left behind', async ({ expect }) => {
    const thread = new LoadingThread({ entry, limitMs: 1 });
    for (let i = 0; i < 4; i++)
      await expect(thread.load(ask(1))).rejects.toMatchObject({ reason: 'MODEL_INVALID' });
    await expect(thread.load(ask(3))).rejects.toMatchObject({
      reason: 'MODEL_NOT_READY',
      message: expect.stringContaining('4 models before it never came back'),
    });
    await thread.close();
  });

  it('does not hold up the end', async ({ expect }) => {
    const thread = new LoadingThread({ entry, closeMs: 50 });
    const load = thread.load(ask(1)).catch((error) => error.reason);
    await turn();
    await thread.close();
    expect(await load).toBe('SHUTTING_DOWN');
  });
});
