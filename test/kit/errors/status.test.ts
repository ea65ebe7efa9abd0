import { Metadata } from '@grpc/grpc-js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Code, catalogue, type Reason } from '../../../services/kit/errors/catalogue.ts';
import {
  invalidRequest,
  isNotFound,
  isUnavailable,
  MeshError,
  toMeshError,
} from '../../../services/kit/errors/mesh-error.ts';
import {
  codeName,
  decodeStatus,
  encodeStatus,
  fromStatus,
  reasonForCode,
  toStatus,
} from '../../../services/kit/errors/status.ts';
import { fromServiceError, toServiceError } from '../../../services/kit/rpc/grpc-call.ts';

const reason = fc.constantFrom(...(Object.keys(catalogue) as Reason[]));
const text = fc.string({ unit: 'grapheme', maxLength: 60 });
const details = fc.record(
  {
    metadata: fc.dictionary(
      fc.string({ minLength: 1, maxLength: 8 }).filter((key) => key !== '__proto__'),
      text,
      { noNullPrototype: true, maxKeys: 5 },
    ),
    retryAfterMs: fc.integer({ min: 0, max: 10 ** 9 }).map((tenths) => tenths / 10),
    violations: fc.array(fc.record({ field: text, description: text }), { maxLength: 5 }),
  },
  { requiredKeys: ['metadata', 'violations'] },
);

describe('an error as google.rpc.Status', () => {
  it('comes back with its reason, code, message and details', () => {
    fc.assert(
      fc.property(reason, text, details, (given, message, facts) => {
        const back = decodeStatus(encodeStatus(new MeshError(given, message, facts)));
        expect(back).toMatchObject({ reason: given, code: Code[catalogue[given]], message });
        expect(back.details.metadata).toEqual(facts.metadata);
        expect(back.details.violations).toEqual(facts.violations);
        if (facts.retryAfterMs === undefined) expect(back.details.retryAfterMs).toBeUndefined();
        else expect(back.details.retryAfterMs).toBeCloseTo(facts.retryAfterMs, 5);
      }),
    );
  });

  it('always has a delay that other libraries take: less than a whole second of nanoseconds', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.double({ min: 0, max: 1e12, noNaN: true }), fc.constant(999.9999999)),
        (retryAfterMs) => {
          const back = fromStatus(toStatus(new MeshError('QUEUE_FULL', 'm', { retryAfterMs })));
          expect(back.details.retryAfterMs! % 1000).toBeLessThan(1000);
          expect(back.details.retryAfterMs).toBeLessThanOrEqual(retryAfterMs);
          expect(back.details.retryAfterMs! / 1000).toBeCloseTo(retryAfterMs / 1000, 3);
        },
      ),
    );
  });

  it('comes back over gRPC however large it is, in headers that other libraries take', () => {
    const large = fc.string({ unit: 'binary', maxLength: 3000 });
    fc.assert(
      fc.property(
        reason,
        large,
        fc.array(fc.record({ field: text, description: large }), { maxLength: 50 }),
        (given, message, violations) => {
          const sent = toServiceError(new MeshError(given, message, { violations, retryAfterMs: 5 }));
          expect(() => encodeURI(sent.details!)).not.toThrow();
          const [bytes] = (sent.metadata as Metadata).get('grpc-status-details-bin');
          expect((bytes as Buffer).length).toBeLessThanOrEqual(4096);
          const back = fromServiceError(sent, 'there');
          expect(back).toMatchObject({ reason: given, details: { retryAfterMs: 5 } });
          expect(violations.map(({ field }) => field).slice(0, back.details.violations?.length ?? 0)).toEqual(
            (back.details.violations ?? []).map(({ field }) => field),
          );
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('a foreign error', () => {
  it.each([
    [Code.UNAVAILABLE, 'ROLE_UNREACHABLE'],
    [Code.DEADLINE_EXCEEDED, 'DEADLINE_PASSED_WAITING'],
    [Code.CANCELLED, 'CALL_CANCELLED'],
    [Code.UNIMPLEMENTED, 'METHOD_NOT_FOUND'],
    [Code.INVALID_ARGUMENT, 'INVALID_REQUEST'],
    [Code.RESOURCE_EXHAUSTED, 'MESSAGE_TOO_LARGE'],
    [Code.UNKNOWN, 'INTERNAL'],
    [99, 'INTERNAL'],
  ])('of code %i is %s', (code, expected) => {
    expect(reasonForCode(code)).toBe(expected);
    expect(fromServiceError({ code, details: 'd', metadata: new Metadata() }, 'there').reason).toBe(expected);
  });

  it('whose details can’t be read is named by its code', () => {
    const metadata = new Metadata();
    metadata.set('grpc-status-details-bin', Buffer.from([0x0a, 0xff]));
    expect(fromServiceError({ code: 14, details: 'd', metadata }, 'there')).toMatchObject({
      reason: 'ROLE_UNREACHABLE',
      message: 'there: UNAVAILABLE: d',
    });
    expect(fromServiceError(new Error('x'), 'there')).toMatchObject({ reason: 'INTERNAL' });
    expect(codeName(99)).toBe('UNKNOWN');
  });
});

describe('a MeshError', () => {
  it('tells what kind of failure it is', () => {
    expect(isNotFound(new MeshError('MODEL_NOT_FOUND', 'm'))).toBe(true);
    expect(isNotFound(new Error('not found'))).toBe(false);
    expect(isUnavailable(new MeshError('AUDIT_DISK_FULL', 'm'))).toBe(true);
  });

  it('stands for a bug without its detail, and keeps it as the cause', () => {
    const bug = new TypeError('secret');
    expect(toMeshError(bug)).toMatchObject({ reason: 'INTERNAL', cause: bug });
    expect(toMeshError(bug).message).not.toContain('secret');
    expect(toMeshError('thrown text').reason).toBe('INTERNAL');
  });

  it('of several wrong fields says the first and how many more', () => {
    const error = invalidRequest([
      { field: 'a', description: 'is wrong' },
      { field: 'b', description: 'too' },
    ]);
    expect(error.message).toBe('a: is wrong (and 1 more)');
    expect(error.details.violations).toHaveLength(2);
  });
});
