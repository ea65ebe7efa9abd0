import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jobResultJson } from '../../../gateway/http/job-json.ts';
import type { JobResult__Output } from '../../../services/gen/scoremesh/scoring/v1/JobResult.ts';
import { catalogue, type Reason } from '../../../services/kit/errors/catalogue.ts';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { toStatus } from '../../../services/kit/errors/status.ts';
import { timestampOfMs } from '../../../services/scoring/jobs/job-time.ts';
import { resultJson, resultOfJson } from '../../../services/scoring/jobs/result-json.ts';
import { readJobResult } from '../../../services/scoring/jobs/result-message.ts';
import { flag, integer, number, tensor, text } from '../fakes.ts';
import { resultCodec } from './job-mesh.ts';

const values = fc.oneof(
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .filter((value) => !Object.is(value, -0))
    .map(number),
  fc.string().map(text),
  fc.boolean().map(flag),
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }).map(integer),
  fc.uint8Array({ maxLength: 8 }).map((bytes) => tensor('UINT8', [bytes.length], Buffer.from(bytes))),
);
const someTime = fc.integer({ min: 0, max: 4e12 }).map(timestampOfMs);
const names = fc.string({ minLength: 1, maxLength: 8 }).filter((name) => name !== '__proto__');
const responses = fc.record({
  predictionId: fc.string(),
  model: fc.option(
    fc.record({ name: fc.string(), version: fc.nat(), digest: fc.string(), alias: fc.string() }),
  ),
  outputs: fc.dictionary(names, values, { noNullPrototype: true }),
  features: fc.array(
    fc.record({
      name: fc.string(),
      value: fc.option(values),
      status: fc.constantFrom('FEATURE_STATUS_PRESENT' as const, 'FEATURE_STATUS_NOT_FOUND' as const),
      eventTime: someTime,
      ingestTime: fc.constant(null),
      ageMs: fc.nat().map(String),
    }),
    { maxLength: 3 },
  ),
  receipt: fc.option(
    fc.record({
      logIndex: fc.nat().map(String),
      leafHash: fc.uint8Array({ maxLength: 4 }).map((bytes) => Buffer.from(bytes)),
      proof: fc.string(),
    }),
  ),
});
const errors = fc
  .record({
    reason: fc.constantFrom(...(Object.keys(catalogue) as Reason[])),
    message: fc.string(),
    retryAfterMs: fc.option(fc.nat(), { nil: undefined }),
    violations: fc.option(fc.array(fc.record({ field: fc.string(), description: fc.string() })), {
      nil: undefined,
    }),
  })
  .map(({ message, reason, retryAfterMs, violations }) =>
    toStatus(
      new MeshError(reason, message, {
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
        ...(violations === undefined ? {} : { violations }),
      }),
    ),
  );
const results: fc.Arbitrary<JobResult__Output> = fc.record({
  jobId: fc.string(),
  tenant: fc.string(),
  model: fc.string(),
  state: fc.constantFrom(
    'JOB_STATE_SUCCEEDED' as const,
    'JOB_STATE_DEAD' as const,
    'JOB_STATE_EXPIRED' as const,
  ),
  response: fc.option(responses),
  error: fc.option(errors),
  attempts: fc.nat(),
  submittedAt: fc.option(someTime),
  startedAt: fc.option(someTime),
  endedAt: fc.option(someTime),
  traceId: fc.string(),
});

/** As a caller gets it. */
const overTheWire = (result: JobResult__Output) => resultCodec.decode(resultCodec.encode(result));

describe('a result in JSON', () => {
  it('is the same that HTTP shows, and says what the result says', () => {
    fc.assert(
      fc.property(results, (result) => {
        const written = JSON.stringify(resultJson(result));
        expect(JSON.parse(written)).toEqual(JSON.parse(JSON.stringify(jobResultJson(result))));
        const read = readJobResult(Buffer.from(written), {
          'content-type': 'application/json; charset=utf-8',
        });
        expect(overTheWire(read)).toEqual(overTheWire(result));
      }),
      { numRuns: 300 },
    );
  });

  it('never breaks on what is none', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.uint8Array(), (json, bytes) => {
        const reads = [
          () => resultOfJson(json),
          () => readJobResult(bytes, { 'Content-Type': 'application/json' }),
          () => readJobResult(bytes, {}),
        ];
        for (const read of reads)
          try {
            read();
          } catch (error) {
            expect(error).toMatchObject({ reason: 'STATE_CORRUPT' });
          }
      }),
      { numRuns: 300 },
    );
  });
});
