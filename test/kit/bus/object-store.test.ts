import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { connect } from 'nats';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  createObjectStore,
  digestOf,
  objectStoreStream,
  readObjectInfo,
} from '../../../services/kit/bus/object-store.ts';
import { isMeshError } from '../../../services/kit/errors/mesh-error.ts';
import { connectBus, natsIsAbsent, startBroker } from './broker.ts';

const mebibyte = 1024 * 1024;
/** What a matcher takes seconds for. */
const isSame = (one: Uint8Array | null | undefined, other: Uint8Array | undefined): boolean =>
  one != null && other !== undefined && Buffer.compare(one, other) === 0;

async function startBucket(maxBytes = 64 * mebibyte) {
  const broker = await startBroker();
  const bus = await connectBus(broker.url);
  const spec = objectStoreStream('B', { maxBytes, maxAgeMs: 3_600_000, replicas: 1 });
  await bus.ensureStream(spec);
  await bus.ensureStream(spec);
  const nats = await connect({ servers: broker.url });
  onTestFinished(() => nats.close());
  const theirs = await nats.jetstream().views.os('B');
  const manager = await nats.jetstreamManager();
  const state = async () => (await manager.streams.info('OBJ_B')).state;
  return { bus, nats, theirs, manager, state, objects: bus.objects('B') };
}

describe.skipIf(natsIsAbsent)('a bucket of objects', () => {
  it.each([0, 1, 128 * 1024, 128 * 1024 + 1, 3 * mebibyte])(
    'has %i bytes that other clients read, and reads theirs',
    async (size) => {
      const { objects, theirs } = await startBucket();
      const payload = randomBytes(size);
      await objects.put('mine', payload);
      expect(isSame(await theirs.getBlob('mine'), payload)).toBe(true);
      await theirs.putBlob({ name: 'theirs', options: { max_chunk_size: mebibyte } }, payload);
      const info = await objects.info('theirs');
      expect(info).toMatchObject({ sizeBytes: size, digest: digestOf(payload) });
      expect(isSame(await objects.read(info!), payload)).toBe(true);
    },
  );

  it('keeps several that are stored at once apart, and finds chunks that lie far before their description', async () => {
    const { objects, nats } = await startBucket();
    const payloads = Array.from({ length: 8 }, () => randomBytes(mebibyte));
    await Promise.all(payloads.map((payload, index) => objects.put(`o${index}`, payload)));
    const infos = await Promise.all(payloads.map((_, index) => objects.info(`o${index}`)));
    for (const [index, info] of infos.entries())
      expect(isSame(await objects.read(info!), payloads[index])).toBe(true);
    for (let index = 0; index < 500; index += 1) nats.publish('$O.B.C.other', 'x');
    await nats.flush();
    const far = { ...infos[0]!, sequence: infos[0]!.sequence + 500 };
    expect(isSame(await objects.read(far), payloads[0])).toBe(true);
  });

  it('says what is not there: an object, a removed one, chunks', async () => {
    const { objects, theirs, manager } = await startBucket();
    expect(await objects.info('none')).toBeUndefined();
    await theirs.putBlob({ name: 'removed' }, randomBytes(10));
    await theirs.delete('removed');
    expect(await objects.info('removed')).toBeUndefined();
    await objects.put('half', randomBytes(mebibyte));
    const info = (await objects.info('half'))!;
    await manager.streams.deleteMessage('OBJ_B', info.sequence - 2);
    expect(await objects.read(info)).toBeUndefined();
  });

  it('refuses what it has no room for, and leaves nothing of it behind', async () => {
    const { objects, state } = await startBucket(2 * mebibyte);
    await objects.put('small', randomBytes(1000));
    const before = (await state()).messages;
    await expect(objects.put('large', randomBytes(3 * mebibyte))).rejects.toMatchObject({
      reason: 'QUEUE_FULL',
    });
    expect((await state()).messages).toBe(before);
    await objects.put('fits', randomBytes(mebibyte));
  });

  it('needs a connection', async () => {
    const { bus, objects } = await startBucket();
    expect(bus.maxPayloadBytes()).toBe(mebibyte);
    const lost = createObjectStore('NONE', bus);
    await expect(lost.info('x')).rejects.toMatchObject({ reason: 'NATS_UNAVAILABLE' });
    await expect(lost.put('x', randomBytes(10))).rejects.toMatchObject({ reason: 'NATS_UNAVAILABLE' });
    await objects.put('x', randomBytes(10));
  });
});

describe('the description of an object', () => {
  const read = (payload: Uint8Array) =>
    readObjectInfo('B', { payload, subject: '$O.B.M.x', headers: {}, sequence: 7, takenAtMs: 1 });

  it('is read or refused, whatever its bytes', () => {
    const field = fc.oneof(fc.integer(), fc.string(), fc.constant('abc'), fc.boolean(), fc.constant(null));
    const json = fc
      .record(
        {
          size: field,
          chunks: field,
          nuid: field,
          digest: field,
          deleted: field,
          options: fc.oneof(field, fc.constant({ link: { bucket: 'C' } })),
        },
        { requiredKeys: [] },
      )
      .map((value) => new TextEncoder().encode(JSON.stringify(value)));
    fc.assert(
      fc.property(fc.oneof(json, fc.uint8Array()), (payload) => {
        try {
          const info = read(payload);
          if (info === undefined) return;
          expect(info.chunkSubject).toMatch(/^\$O\.B\.C\.[A-Za-z0-9_-]+$/);
          expect(info.chunks).toBeLessThanOrEqual(info.sizeBytes);
        } catch (error) {
          if (!isMeshError(error) || error.reason !== 'STATE_CORRUPT') throw error;
        }
      }),
    );
  });

  it.each(['a.b', '>', '*', '', 'a b'])('names no chunks by "%s"', (nuid) => {
    const text = JSON.stringify({ size: 1, chunks: 1, nuid, digest: 'SHA-256=' });
    expect(() => read(new TextEncoder().encode(text))).toThrow(/describes no object/);
  });
});
