import { expect, test } from 'vitest';
import { splitAudit } from '../../gateway/split-audit.ts';
import { auditContract } from '../../services/contracts.ts';

const filter = (subject: string) => ({ filter: { subject } });

test.each([
  ['Append', {}, 'writer'],
  ['EraseSubject', {}, 'writer'],
  ['ExportSubject', {}, 'writer'],
  ['GetRecord', { recordId: 'an id', idempotencyKey: '' }, 'replica'],
  ['GetRecord', { recordId: '', idempotencyKey: 'a key' }, 'writer'],
  ['ListRecords', {}, 'replica'],
  ['QueryRecords', filter(''), 'replica'],
  ['QueryRecords', { filter: null }, 'replica'],
  ['QueryRecords', filter('person=1'), 'writer'],
  ['ExportRecords', filter(''), 'replica'],
  ['ExportRecords', filter('person=1'), 'writer'],
  ['GetReceipt', {}, 'replica'],
  ['GetInclusionProof', {}, 'replica'],
  ['GetConsistencyProof', {}, 'replica'],
  ['ReadLog', {}, 'replica'],
])('%s of %j goes to the %s', (name, request, expected) => {
  const asked: string[] = [];
  const side = (called: string) =>
    Object.fromEntries(
      [...auditContract.methods().keys()].map((method) => [
        method,
        () => void asked.push(`${called} ${method}`),
      ]),
    ) as never;
  const calls = splitAudit(side('replica'), side('writer')) as unknown as Record<
    string,
    (request: object, call: object) => void
  >;
  calls[name]?.(request, {});
  expect(asked).toEqual([`${expected} ${name}`]);
});
