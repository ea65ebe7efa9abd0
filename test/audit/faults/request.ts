import type { AppendRequest__Output } from '../../../services/gen/scoremesh/audit/v1/AppendRequest.ts';
import { recordCodec } from '../fixture.ts';

/** An append in short; the same gives the same request. */
export interface RequestPlan {
  readonly recordId: string;
  /** Whose content it has; empty for nobody's. */
  readonly subject: string;
  /** The record that says whose; empty if the request itself does. */
  readonly subjectOf: string;
  readonly key: string;
  /** Which body the key is of. */
  readonly body: number;
  /** Characters of its content; undefined for none. */
  readonly noteLength: number | undefined;
  readonly principalLength: number;
}

/** What the content says; empty for no content. */
export function noteOf({ recordId, noteLength }: RequestPlan): string {
  return noteLength === undefined ? '' : `${recordId} ${'n'.repeat(noteLength)}`;
}

export function requestOf(plan: RequestPlan): AppendRequest__Output {
  const { recordId, subject, subjectOf, key, body, principalLength } = plan;
  const note = noteOf(plan);
  return {
    recordId,
    record: recordCodec.encode({
      schema: 2,
      recordId,
      principal: 'p'.repeat(principalLength),
      prediction: { model: { name: 'm', version: 1 } },
    }),
    personal:
      note === ''
        ? Buffer.alloc(0)
        : recordCodec.encode({ prediction: { request: { model: 'm', entities: { note } } } }),
    subject: subjectOf === '' ? subject : '',
    subjectOf,
    subjectOfKey: '',
    idempotencyKey: key,
    bodyDigest: Buffer.alloc(key === '' ? 0 : 32, body),
  };
}
