import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Record, Record__Output } from '../../gen/scoremesh/audit/v1/Record.ts';
import type { SealedContent, SealedContent__Output } from '../../gen/scoremesh/audit/v1/SealedContent.ts';
import { messageCodec } from '../contract/protos.ts';
import { proofInvalid } from './proof-fault.ts';

/** An entry, and the content that it commits to. */
export interface VerifiedContent {
  readonly entry: Record__Output;
  /** The data subject as "entity=key"; empty for none. */
  readonly subject: string;
  /** What is personal of the record. */
  readonly content: Record__Output;
}

const saltBytes = 32;

/** Verifies that a serialized SealedContent is what the entry commits to. PROOF_INVALID says what is wrong. */
export function verifyContent(entry: Uint8Array, sealedContent: Uint8Array): VerifiedContent {
  const records = messageCodec<Record, Record__Output>('scoremesh.audit.v1.Record');
  const contents = messageCodec<SealedContent, SealedContent__Output>('scoremesh.audit.v1.SealedContent');
  const record = decoded(records, entry, 'the entry is no Record');
  const { salt, subject, personal } = decoded(contents, sealedContent, 'the content is no SealedContent');
  const { commitment } = record.sealed ?? {};
  if (commitment === undefined)
    throw proofInvalid(
      'content_differs',
      'the entry commits to no content: its record has none that is sealed',
    );
  const expected = createHmac('sha256', salt).update(sealedContent).digest();
  if (
    salt.length !== saltBytes ||
    commitment.length !== expected.length ||
    !timingSafeEqual(expected, commitment)
  )
    throw proofInvalid(
      'content_differs',
      `the content is not what the entry commits to, which is ${commitment.toString('hex')}`,
    );
  return {
    entry: record,
    subject,
    content: decoded(records, personal, 'the content holds no Record'),
  };
}

function decoded<T>(codec: { decode(bytes: Buffer): T }, bytes: Uint8Array, what: string): T {
  try {
    return codec.decode(Buffer.from(bytes));
  } catch (error) {
    throw proofInvalid('content_differs', `${what}: ${(error as Error).message}`);
  }
}
