import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import type { AuditService } from '../../../services/audit/service.ts';
import type { GetRecordResponse__Output } from '../../../services/gen/scoremesh/audit/v1/GetRecordResponse.ts';
import { parseCheckpoint } from '../../../services/kit/transparency/checkpoint.ts';
import { isConsistent } from '../../../services/kit/transparency/merkle-proof.ts';
import { parseNote, verifyNote } from '../../../services/kit/transparency/note.ts';
import { recordCodec } from '../fixture.ts';
import { testCall } from './call.ts';
import type { Answered, Erased, Model } from './model.ts';
import type { Random } from './random.ts';

/** Everything that callers were told, against a service that was opened again and is left alone. */
export async function checkAll(
  audit: AuditService,
  model: Model,
  random: Random,
  isThorough: boolean,
): Promise<void> {
  const inLog = await checkLog(audit, model);
  for (const [recordId, { isRefused }] of model.sent)
    assert(!isRefused || !inLog.has(recordId), `${recordId} was refused, and is in the log`);
  checkKeys(model, inLog);
  const answered = [...model.answered.values()];
  const doubtful = answered.filter(({ erased }) => erased === 'maybe');
  const some = isThorough ? answered : [...answered.slice(-60), ...pickSome(answered, 40, random)];
  const states = new Map<Answered, string>();
  for (const record of new Set([...doubtful, ...some])) {
    const { recordId } = record.sent.plan;
    const found = await audit.handlers.GetRecord({ recordId, idempotencyKey: '' }, testCall());
    checkContent(record, found, record.erased);
    states.set(record, found.contentState);
  }
  for (const records of model.unanswered) {
    const seen = new Set(records.filter(({ erased }) => erased === 'maybe').map((each) => states.get(each)));
    assert(seen.size <= 1, `an erasure that was not answered is done in part: ${[...seen].join(', ')}`);
  }
  model.unanswered = [];
  for (const record of doubtful) record.erased = states.get(record) === 'CONTENT_STATE_ERASED' ? 'yes' : 'no';
  for (const [key, recordId] of pickSome([...model.keys], isThorough ? 1000 : 10, random)) {
    const found = await audit.handlers.GetRecord({ recordId: '', idempotencyKey: key }, testCall());
    assert.equal(found.record?.recordId, recordId);
  }
  for (let n = 0; n < (isThorough ? 10 : 3) && answered.length > 0; n++)
    await checkProofs(audit, model, random, () => false);
  if (isThorough) await checkList(audit, inLog);
  await checkExports(audit, model, isThorough ? 1000 : 2);
}

/** What the log has: every entry is one that was sent, once, and where it was before. Resolves to the records in it. */
async function checkLog(audit: AuditService, model: Model): Promise<ReadonlySet<string>> {
  const { verifier } = model;
  assert(verifier !== undefined);
  const { content } = await audit.handlers.ReadLog({ path: 'checkpoint' }, testCall());
  const note = parseNote(content.toString('utf8'));
  verifyNote(note, [verifier]);
  const { size, rootHash } = parseCheckpoint(note.text);
  assert(size >= model.leastSize, `the tree had ${model.leastSize} entries, and has ${size} now`);
  assert.equal(size, audit.size());
  model.head(size, rootHash);
  const inLog = new Set<string>();
  for (let index = 0; index < size; ) {
    const width = Math.min(256, size - index);
    for (const entry of await readBundle(audit, index / 256, width)) {
      model.leaf(index, hash('sha256', Buffer.concat([Buffer.of(0), entry]), 'hex'));
      const record = recordCodec.decode(entry);
      assert(!inLog.has(record.recordId), `${record.recordId} is in the log twice`);
      inLog.add(record.recordId);
      const sent = model.sent.get(record.recordId);
      if (sent === undefined) assert.equal(record.event, 'erasure', 'an entry that nobody has sent');
      else assert(entry.subarray(0, sent.request.record.length).equals(sent.request.record));
      index++;
    }
  }
  for (const [old, root] of model.heads)
    assert.equal(rootAt(model, 0, old).toString('base64'), root, `the root at ${old} is another`);
  for (const { index, leafHash, sent } of model.answered.values()) {
    assert(inLog.has(sent.request.recordId), `${sent.request.recordId} was answered, and is missing`);
    assert.equal(model.leaves[index], leafHash);
  }
  return inLog;
}

async function readBundle(audit: AuditService, number: number, width: number): Promise<Buffer[]> {
  const path = `tile/entries/${String(number).padStart(3, '0')}${width < 256 ? `.p/${width}` : ''}`;
  const { content } = await audit.handlers.ReadLog({ path }, testCall());
  const entries: Buffer[] = [];
  for (let at = 0; at < content.length; ) {
    const end = at + 2 + content.readUInt16BE(at);
    entries.push(content.subarray(at + 2, end));
    at = end;
  }
  assert.equal(entries.length, width);
  return entries;
}

/** MTH of RFC 6962 section 2.1 over the leaves from..to. */
function rootAt({ leaves, subtrees }: Model, from: number, to: number): Buffer {
  const size = to - from;
  if (size === 0) return Buffer.from(hash('sha256', '', 'hex'), 'hex');
  if (size === 1) return Buffer.from(leaves[from] ?? '', 'hex');
  const name = `${from} ${to}`;
  const known = subtrees.get(name);
  if (known !== undefined) return known;
  let split = 1;
  while (split * 2 < size) split *= 2;
  const model = { leaves, subtrees } as Model;
  const both = [rootAt(model, from, from + split), rootAt(model, from + split, to)];
  const root = Buffer.from(hash('sha256', Buffer.concat([Buffer.of(1), ...both]), 'hex'), 'hex');
  if (size === split * 2) subtrees.set(name, root);
  return root;
}

/** Under one key there is one record at most, and it is the one that was answered. */
function checkKeys(model: Model, inLog: ReadonlySet<string>): void {
  const found = new Map<string, string>();
  for (const [recordId, { plan }] of model.sent) {
    const { key } = plan;
    if (key === '' || !inLog.has(recordId)) continue;
    assert(!found.has(key), `the key ${key} has ${recordId} and ${found.get(key)}`);
    found.set(key, recordId);
    assert.equal(model.keys.get(key) ?? recordId, recordId);
  }
}

/** A record as it was read. */
export function checkContent(answered: Answered, found: GetRecordResponse__Output, erased: Erased): void {
  const { request, note } = answered.sent;
  assert.equal(found.record?.recordId, request.recordId);
  assert.equal(Number(found.receipt?.logIndex), answered.index);
  assert.equal(found.receipt?.leafHash.toString('hex'), answered.leafHash);
  assert.equal(hash('sha256', Buffer.concat([Buffer.of(0), found.entry]), 'hex'), answered.leafHash);
  const state = found.contentState;
  if (note === '') assert.equal(state, 'CONTENT_STATE_NONE');
  else if (erased === 'no') assert.equal(state, 'CONTENT_STATE_PRESENT');
  else if (erased === 'yes') assert.equal(state, 'CONTENT_STATE_ERASED');
  else assert.match(state, /^CONTENT_STATE_(PRESENT|ERASED)$/);
  const read = found.record?.prediction?.request?.entities.note;
  assert.equal(read, state === 'CONTENT_STATE_PRESENT' ? note : undefined);
  if (state === 'CONTENT_STATE_PRESENT') assert(found.bodyDigest.equals(request.bodyDigest));
}

/** A receipt and a proof of growth, of records and heads that were answered before. */
export async function checkProofs(
  audit: AuditService,
  model: Model,
  random: Random,
  isOver: () => boolean,
): Promise<void> {
  const { sent } = random.pick([...model.answered.values()]);
  const { recordId } = sent.plan;
  const { receipt } = await audit.handlers.GetReceipt({ recordId, cosigned: false }, testCall());
  if (isOver()) return;
  assert(receipt !== null);
  model.receipt(receipt);
  const sizes = [...model.heads.keys()].filter((size) => size > 0);
  const fromSize = random.pick(sizes);
  const proof = await audit.handlers.GetConsistencyProof(
    { fromSize: String(fromSize), toSize: '0' },
    testCall(),
  );
  if (isOver()) return;
  assert.equal(proof.fromRootHash.toString('base64'), model.heads.get(fromSize));
  const newer = { size: Number(proof.toSize), rootHash: proof.toRootHash };
  model.head(newer.size, newer.rootHash);
  assert(isConsistent({ size: fromSize, rootHash: proof.fromRootHash }, newer, proof.hashes));
}

/** Every record of the log is listed, once. */
async function checkList(audit: AuditService, inLog: ReadonlySet<string>): Promise<void> {
  const listed = new Set<string>();
  let pageToken = '';
  do {
    const page = await audit.handlers.ListRecords(
      { since: null, until: null, pageSize: 500, pageToken },
      testCall(),
    );
    for (const { record } of page.records) {
      assert(record !== null && !listed.has(record.recordId));
      listed.add(record.recordId);
    }
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  assert.deepEqual([...listed].sort(), [...inLog].sort());
}

/** What can be read of a subject is exported, and nothing else. */
async function checkExports(audit: AuditService, model: Model, most: number): Promise<void> {
  const bySubject = new Map<string, Set<string>>();
  for (const { erased, sent } of model.answered.values()) {
    const { recordId, subject } = sent.plan;
    if (subject === '' || sent.note === '' || erased !== 'no') continue;
    bySubject.set(subject, (bySubject.get(subject) ?? new Set()).add(recordId));
  }
  for (const [subject, recordIds] of [...bySubject].slice(0, most)) {
    const exported = new Set<string>();
    for await (const { record } of audit.handlers.ExportSubject({ subject }, testCall())) {
      assert.equal(record?.contentState, 'CONTENT_STATE_PRESENT');
      exported.add(record?.record?.recordId ?? '');
    }
    for (const recordId of recordIds) assert(exported.has(recordId), 'an export lacks a record');
    for (const recordId of exported) assert.equal(model.sent.get(recordId)?.plan.subject, subject);
  }
}

function pickSome<T>(from: readonly T[], count: number, random: Random): T[] {
  if (from.length <= count) return [...from];
  return Array.from({ length: count }, () => random.pick(from));
}
