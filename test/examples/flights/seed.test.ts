import { afterAll, beforeAll, expect, test } from 'vitest';
import { seedFlights } from '../../../examples/flights/seed.ts';
import { type PrivateMesh, startPrivateMesh } from '../../../examples/flights/training/private-mesh.ts';

let mesh: PrivateMesh;

beforeAll(async () => {
  mesh = await startPrivateMesh();
});
afterAll(() => mesh?.[Symbol.asyncDispose]());

// Two days into the data, so that there is little to store.
const TIME = '2001-01-02T12:30';
const signal = new AbortController().signal;

test('the events before a moment are stored once, with progress', async () => {
  const shares: number[] = [];
  const onProgress = (share: number): unknown => shares.push(share);
  await expect(seedFlights(mesh.client, TIME, { signal, onProgress })).resolves.toBe('stored');
  expect([shares.at(0), shares.at(-1)]).toEqual([0, 1]);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));

  const again: number[] = [];
  await expect(
    seedFlights(mesh.client, TIME, { signal, onProgress: (share) => again.push(share) }),
  ).resolves.toBe('present');
  expect(again).toEqual([]);
});

test('what is stopped midway is not taken for done: the next time stores the rest', async () => {
  const later = '2001-01-03T12:30';
  const stop = new AbortController();
  const onProgress = (share: number): void => {
    if (share > 0) stop.abort();
  };
  await expect(seedFlights(mesh.client, later, { signal: stop.signal, onProgress })).rejects.toMatchObject({
    reason: 'CALL_CANCELLED',
  });
  await expect(seedFlights(mesh.client, later, { signal, onProgress: () => {} })).resolves.toBe('stored');
  await expect(seedFlights(mesh.client, later, { signal, onProgress: () => {} })).resolves.toBe('present');
});
