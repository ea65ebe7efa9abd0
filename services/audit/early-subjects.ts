/**
 * Subjects that stand for a record that the log does not have yet, so that what comes before it, such as the outcome of a prediction whose
 * record is still on its way, can be erased with it. No name of an entity begins with "@".
 */
export function subjectOfUnknown(recordId: string): string {
  return `@prediction=${recordId.toLowerCase()}`;
}

export function subjectOfUnknownKey(keyHash: Buffer): string {
  return `@request=${keyHash.toString('hex')}`;
}

/** Those that stood for this record. */
export function earlySubjects(record: {
  readonly recordId: string;
  readonly keyHash: Buffer | undefined;
}): readonly string[] {
  const { recordId, keyHash } = record;
  return keyHash === undefined
    ? [subjectOfUnknown(recordId)]
    : [subjectOfUnknown(recordId), subjectOfUnknownKey(keyHash)];
}
