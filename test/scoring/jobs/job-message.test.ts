import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jobScoreRequestOf } from '../../../gateway/http/score-json.ts';
import type { Delivery } from '../../../services/kit/bus/delivery.ts';
import { isMeshError } from '../../../services/kit/errors/mesh-error.ts';
import { jobMessageOf, readJobRequest } from '../../../services/scoring/jobs/worker/job-message.ts';
import { scoreRequest } from '../fakes.ts';
import { requestCodec } from '../jobs-api/job-mesh.ts';

const unexpected = (): never => {
  throw new Error('reading settles nothing');
};

function delivery(rest: Partial<Delivery> = {}): Delivery {
  return {
    subject: 'scoremesh.jobs.high.t.m',
    payload: Buffer.from('{}'),
    headers: { 'Nats-Msg-Id': 'j1' },
    sequence: 7,
    takenAtNs: '1700000000123456789',
    attempt: 1,
    redelivered: false,
    ack: unexpected,
    ackUnconfirmed: unexpected,
    retryAfter: unexpected,
    discard: unexpected,
    extend: unexpected,
    ...rest,
  };
}

function read(given: Delivery) {
  const job = jobMessageOf(given);
  return job && { job, ...readJobRequest(job, jobScoreRequestOf) };
}

describe('a message as a job', () => {
  it('says what its subject, headers in any case and body say', () => {
    const found = read(
      delivery({
        subject: 'scoremesh.jobs.low.acme.flight.delay@champion',
        payload: Buffer.from('{"inputs":{"a":1},"request_id":"mine"}'),
        headers: {
          'nats-msg-id': 'j-1',
          'scoremesh-deadline': '2026-12-01T12:00:00+01:00',
          'SCOREMESH-REPLY-TO': 'replies.acme.x',
          'content-type': 'application/json; charset=utf-8',
        },
      }),
    );
    expect(found).toMatchObject({
      job: { jobId: 'j-1', lane: 'low', tenant: 'acme', isJson: true, takenAtMs: 1_700_000_000_123.456_8 },
      deadlineMs: Date.UTC(2026, 11, 1, 11),
      replyTo: 'replies.acme.x',
      request: { model: 'flight.delay@champion', requestId: 'j-1', inputs: { a: { number: 1 } } },
    });
  });

  it('takes Protobuf, with the model of the subject and the job id as request_id', () => {
    const payload = requestCodec.encode(
      scoreRequest({ model: 'other', requestId: 'x', entities: { e: 'k' } }),
    );
    const headers = {
      'Nats-Msg-Id': 'j1',
      'Content-Type': 'application/x-protobuf',
      'Scoremesh-Deadline': '1000',
    };
    expect(read(delivery({ payload, headers }))).toMatchObject({
      deadlineMs: 1000,
      replyTo: undefined,
      request: { model: 'm', requestId: 'j1', entities: { e: 'k' } },
    });
  });

  it('is none without a usable id; the id of a redriven job goes before that of its message', () => {
    for (const id of [
      '',
      'a b',
      'x'.repeat(129),
      'a.b',
      'ä',
      't.',
      't.a.b',
      'u.j1',
      'T.j1',
      `t.${'x'.repeat(129)}`,
    ])
      expect(jobMessageOf(delivery({ headers: { 'Nats-Msg-Id': id } }))).toBeUndefined();
    expect(jobMessageOf(delivery({ headers: {} }))).toBeUndefined();
    const again = delivery({ headers: { 'Nats-Msg-Id': 'j1.again.4', 'Scoremesh-Job-Id': 'j1' } });
    expect(jobMessageOf(again)?.jobId).toBe('j1');
  });

  it('has its id behind its own tenant, or alone', () => {
    const idOf = (id: string, tenant: string) =>
      jobMessageOf(delivery({ subject: `scoremesh.jobs.low.${tenant}.m`, headers: { 'nats-msg-id': id } }))
        ?.jobId;
    expect(idOf('acme.j1', 'acme')).toBe('j1');
    expect(idOf('j1', 'acme')).toBe('j1');
    expect(idOf('acme', 'acme')).toBe('acme');
    expect(idOf('acme.j1', 'other')).toBeUndefined();
    const names = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
    fc.assert(
      fc.property(names, names, names, (tenant, other, id) => {
        expect(idOf(`${tenant}.${id}`, tenant)).toBe(id);
        expect(idOf(id, tenant)).toBe(id);
        if (other !== tenant) expect(idOf(`${other}.${id}`, tenant)).toBeUndefined();
      }),
    );
  });

  it('whatever it holds, is read or refused by INVALID_REQUEST, and replies go to no subject of ours', () => {
    const texts = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constant('application/x-protobuf'));
    const names = fc.constantFrom(
      'Content-Type',
      'Scoremesh-Deadline',
      'Scoremesh-Reply-To',
      'traceparent',
      'X',
    );
    const bodies = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.json().map((text) => Buffer.from(text)),
      fc.constant(requestCodec.encode(scoreRequest({ entities: { a: 'b' } }))),
    );
    const subjects = fc.oneof(
      fc.constant('scoremesh.jobs.high.t.m'),
      fc.string({ minLength: 1 }).map((text) => `scoremesh.jobs.normal.${text}`),
    );
    fc.assert(
      fc.property(subjects, fc.dictionary(names, texts), bodies, (subject, headers, payload) => {
        try {
          const found = read(delivery({ subject, payload, headers: { ...headers, 'Nats-Msg-Id': 'j1' } }));
          const [first, second] = (found?.replyTo ?? '').split('.');
          if (first === 'replies') expect(second).toBe(found?.job.tenant);
          expect(found?.request.requestId).toBe('j1');
          expect(found?.replyTo ?? 'x').not.toMatch(/^scoremesh\.|^\$|[*> ]/);
          expect(found?.deadlineMs).not.toBeNaN();
        } catch (error) {
          if (!isMeshError(error)) throw error;
          expect(error.reason).toBe('INVALID_REQUEST');
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is answered below its own name in `replies.` only, and anywhere else', () => {
    const names = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
    const replyOf = (tenant: string, replyTo: string) =>
      read(
        delivery({
          subject: `scoremesh.jobs.low.${tenant}.m`,
          headers: { 'Nats-Msg-Id': 'j1', 'Scoremesh-Reply-To': replyTo },
        }),
      )?.replyTo;
    const refused = (tenant: string) =>
      expect.objectContaining({
        reason: 'INVALID_REQUEST',
        message: expect.stringContaining(`give one below "replies.${tenant}."`),
      });
    const thrownBy = (work: () => unknown): unknown => {
      try {
        return work();
      } catch (error) {
        return error;
      }
    };
    const rests = fc.array(names, { maxLength: 3 });
    fc.assert(
      fc.property(names, names, rests, (tenant, other, rest) => {
        const below = (...tokens: string[]) => [...tokens, ...rest].join('.');
        expect(replyOf(tenant, below('replies', tenant))).toBe(below('replies', tenant));
        expect(replyOf(tenant, below('_INBOX', other))).toBe(below('_INBOX', other));
        if (other === tenant) return;
        expect(thrownBy(() => replyOf(tenant, below('replies', other)))).toEqual(refused(tenant));
        // Names are compared as they are.
        expect(thrownBy(() => replyOf(tenant, below('replies', `${tenant}x`)))).toEqual(refused(tenant));
      }),
    );
    expect(thrownBy(() => replyOf('t', 'replies'))).toEqual(refused('t'));
  });
});
