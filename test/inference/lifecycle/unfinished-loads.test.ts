import { readdir } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  openUnfinishedLoads,
  type UnfinishedLoads,
} from '../../../services/inference/lifecycle/unfinished-loads.ts';
import { type Closers, createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { writeModels } from '../mesh-parts.ts';

const version = { model: 'm', version: 7 };
let closers: Closers;
let folder: string;

beforeEach(async () => {
  closers = createClosers(silentLog);
  folder = await writeModels({}, closers);
});
afterEach(() => closers.close());

const open = (): Promise<UnfinishedLoads> => openUnfinishedLoads(folder, silentLog);

/** A process that ends while it loads the version. */
async function endDuringLoad(): Promise<void> {
  const unfinished = await open();
  await new Promise<void>((resolve) => {
    void unfinished.during(version, false, () => {
      resolve();
      return new Promise(() => {});
    });
  });
}

describe('a version during whose load the process ended', () => {
  it('is loaded again after that happened twice, and not after three times', async () => {
    await endDuringLoad();
    await endDuringLoad();
    await endDuringLoad();
    const unfinished = await open();
    await expect(unfinished.during(version, false, async () => 'loaded')).rejects.toMatchObject({
      reason: 'MODEL_INVALID',
      message: expect.stringContaining(
        "'m/7' is not loaded: the process ended during each of its last 3 loads",
      ),
    });
    const other = { model: 'm', version: 8 };
    expect(await unfinished.during(other, false, async () => 'loaded')).toBe('loaded');
  });

  it('is loaded when somebody asks for it, and as before once a load has ended', async () => {
    for (let ended = 0; ended < 3; ended++) await endDuringLoad();
    expect(await (await open()).during(version, true, async () => 'loaded')).toBe('loaded');
    expect(await (await open()).during(version, false, async () => 'loaded')).toBe('loaded');
  });

  it('is one that did not fail by itself', async () => {
    for (let failed = 0; failed < 4; failed++)
      await expect(
        (await open()).during(version, false, () => Promise.reject(new Error('bad'))),
      ).rejects.toThrow('bad');
    expect(await readdir(folder)).toEqual([]);
  });
});
