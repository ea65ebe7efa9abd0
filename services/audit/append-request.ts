import type { AppendRequest__Output } from '../gen/scoremesh/audit/v1/AppendRequest.ts';
import { type FieldViolation, invalidRequest, MeshError } from '../kit/errors/mesh-error.ts';
import { maxKeyBytes, maxPersonalBytes, maxRecordBytes, maxSubjectBytes } from './config.ts';

const digestBytes = 32;
/** No UTF-16 unit takes more bytes of UTF-8. */
const bytesPerUnit = 3;

/** Throws MESSAGE_TOO_LARGE, or INVALID_REQUEST with every fault. */
export function checkAppend(request: AppendRequest__Output): void {
  const { record, personal, idempotencyKey, bodyDigest, subject } = request;
  tooLarge('record', record.length, maxRecordBytes);
  tooLarge('personal content', personal.length, maxPersonalBytes);
  const needsDigest = idempotencyKey !== '';
  if (
    record.length > 0 &&
    bodyDigest.length === (needsDigest ? digestBytes : 0) &&
    idempotencyKey.length <= maxKeyBytes / bytesPerUnit &&
    subject.length <= maxSubjectBytes / bytesPerUnit
  )
    return;
  const violations: FieldViolation[] = [];
  if (record.length === 0)
    violations.push({ field: 'record', description: 'it is empty; give the serialized Record' });
  if (needsDigest && bodyDigest.length !== digestBytes)
    violations.push({
      field: 'body_digest',
      description: `it has ${bodyDigest.length} bytes; give the 32 of a SHA-256 with idempotency_key`,
    });
  if (!needsDigest && bodyDigest.length > 0)
    violations.push({
      field: 'body_digest',
      description: 'it needs an idempotency_key; give both or neither',
    });
  tooLong(violations, 'idempotency_key', idempotencyKey, maxKeyBytes);
  tooLong(violations, 'subject', subject, maxSubjectBytes);
  if (violations.length > 0) throw invalidRequest(violations);
}

function tooLarge(what: string, bytes: number, most: number): void {
  if (bytes <= most) return;
  throw new MeshError(
    'MESSAGE_TOO_LARGE',
    `the ${what} has ${bytes} bytes, more than the ${most} of an audit record; send a smaller request`,
  );
}

function tooLong(violations: FieldViolation[], field: string, text: string, most: number): void {
  const bytes = Buffer.byteLength(text);
  if (bytes > most) violations.push({ field, description: `it has ${bytes} bytes; give at most ${most}` });
}
