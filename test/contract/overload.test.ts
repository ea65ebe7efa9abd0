import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scoringContract } from '../../services/contracts.ts';
import { decodeStatus, retryPushbackKey, statusDetailsKey } from '../../services/kit/errors/status.ts';
import { flight } from './flight.ts';
import { type Placed, place, placementNames } from './placements.ts';
import { until } from './ready.ts';

const maxInFlight = 4;
const burst = 200;

describe.each(placementNames)('an overloaded mesh placed %s', (name) => {
  let mesh: Placed;
  let raw: Client;

  beforeAll(async () => {
    mesh = await place(name, { maxInFlight });
    raw = new Client(mesh.address, credentials.createInsecure());
  });
  afterAll(async () => {
    raw?.close();
    await mesh?.close();
  });

  /** One try, without the retries of the mesh's own client. */
  const tryOnce = (): Promise<ServiceError | undefined> => {
    const { path, requestSerialize } = scoringContract.methods().get('Score')!.definition;
    return new Promise((resolve) => {
      raw.makeUnaryRequest(
        path,
        requestSerialize,
        (bytes) => bytes,
        flight(),
        new Metadata(),
        {},
        (error) => resolve(error ?? undefined),
      );
    });
  };

  it('says that it is, and when to try again, and counts the refusals in one record', async () => {
    const outcomes = await Promise.all(Array.from({ length: burst }, tryOnce));
    const refused = outcomes.filter((error) => error !== undefined);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(burst);
    for (const { code, metadata } of refused) {
      expect(code).toBe(8);
      expect(Number(metadata.get(retryPushbackKey)[0])).toBeGreaterThan(0);
      const [details] = metadata.get(statusDetailsKey);
      expect(decodeStatus(details as Buffer)).toMatchObject({
        reason: 'QUEUE_FULL',
        details: { retryAfterMs: expect.any(Number) },
      });
    }
    await until(async () => {
      const { records } = await mesh.client.audit.ListRecords({ pageSize: 1000 });
      const counts = records.map(({ record }) => Number(record?.refusalSummary?.count ?? 0));
      const counted = counts.reduce((sum, count) => sum + count, 0);
      return counted === refused.length ? undefined : `${counted} of ${refused.length} refusals are counted`;
    });
  });

  it('answers all that come back as they are told', async () => {
    const scores = Array.from({ length: 3 * maxInFlight }, () =>
      mesh.client.scoring.Score(flight(), { timeoutMs: 10_000 }),
    );
    for (const { predictionId } of await Promise.all(scores)) expect(predictionId).not.toBe('');
  });
});
