import assert from 'node:assert/strict';
import type { AuditService } from '../../../services/audit/service.ts';
import type { Receipt__Output } from '../../../services/gen/scoremesh/scoring/v1/Receipt.ts';
import { recordCodec, uuidAt } from '../fixture.ts';
import { reasonOf, testCall } from './call.ts';
import { checkContent, checkProofs } from './checks.ts';
import type { Answered, Erased, Model } from './model.ts';
import type { Random } from './random.ts';
import type { RequestPlan } from './request.ts';

export interface LoadDeps {
  readonly audit: AuditService;
  readonly model: Model;
  readonly random: Random;
  /** What is answered from then on, nobody hears any more. */
  readonly isOver: () => boolean;
  /** Gets to know what is done, for another model. */
  readonly tell?: (event: LoadEvent) => void;
  /** Begins the idempotency keys. */
  readonly scope?: string;
}

export type LoadEvent =
  | { readonly kind: 'sent'; readonly plan: RequestPlan }
  | {
      readonly kind: 'answered';
      readonly recordId: string;
      readonly receipt: Receipt__Output | null;
      readonly firstId: string | undefined;
    }
  | { readonly kind: 'erasing'; readonly number: number; readonly subject: string }
  | { readonly kind: 'erased'; readonly number: number; readonly outcome: 'erased' | 'nothing' | 'unknown' };

/** An append that says so is not recorded. */
const refusals = new Set([
  'AUDIT_DISK_FULL',
  'QUEUE_FULL',
  'SHUTTING_DOWN',
  'SUBJECT_ERASED',
  'REQUEST_ID_CONFLICT',
]);
/** What a caller may be told of a disk that fails. */
const diskReasons = new Set(['AUDIT_DISK_FULL', 'AUDIT_LOG_FAILED', 'QUEUE_FULL', 'SHUTTING_DOWN']);

const subjects = ['ann', 'bob', 'cyd'].map((name) => `passenger=${name}`);

/** One caller's doings, at random; what is wrong with an answer is thrown. */
export class Load {
  readonly #deps: LoadDeps;
  /** Milliseconds by which the clocks of callers are wrong. */
  #skewMs = 0;
  #erasures = 0;
  /** Begins the names of subjects that nobody knew before. */
  readonly #stranger: string;

  constructor(deps: LoadDeps) {
    this.#deps = deps;
    this.#stranger = `passenger=${deps.random.below(2 ** 31)}-`;
  }

  async step(): Promise<void> {
    const { random, model } = this.#deps;
    if (random.chance(0.05)) this.#skewMs = random.pick([0, 0, 3_600_000, -3_600_000, -31_536_000_000]);
    const kind = random.next();
    if (kind < 0.3) await this.append(this.request({}));
    else if (kind < 0.45) await this.append(this.request({ key: this.#key(20) }));
    else if (kind < 0.5) await this.#alike();
    else if (kind < 0.57) await this.#many();
    else if (kind < 0.63) await this.append(this.request({ isLarge: true }));
    else if (kind < 0.71) await this.#outcome(random.chance(0.2));
    else if (kind < 0.77) await this.#again();
    else if (kind < 0.84) await this.erase(random.pick(subjects));
    else if (kind < 0.91) await this.#read();
    else if (kind < 0.94) await this.#export(random.pick(subjects));
    else if (model.answered.size > 0) await this.#prove();
  }

  /** Appends, and keeps what was answered. Throws what may not be answered. */
  async append(plan: RequestPlan): Promise<void> {
    const { audit, isOver, model, tell } = this.#deps;
    if (isOver()) return;
    const isFirst = !model.sent.has(plan.recordId);
    tell?.({ kind: 'sent', plan });
    const sent = model.send(plan);
    const first = model.keys.get(plan.key);
    const wasErased = {
      first: erasedOf(model, first) === 'yes',
      about: erasedOf(model, plan.subjectOf) === 'yes',
    };
    try {
      const { existingRecord, receipt } = await audit.handlers.Append(sent.request, testCall());
      if (isOver()) return;
      const firstId = existingRecord.length === 0 ? undefined : recordCodec.decode(existingRecord).recordId;
      assert(!wasErased.about, 'a record about an erased record was taken');
      assert(!wasErased.first || firstId === undefined, 'an erased prediction was answered again');
      tell?.({ kind: 'answered', recordId: plan.recordId, receipt, firstId });
      model.answer(sent, receipt, firstId);
    } catch (error) {
      if (isOver()) return;
      const reason = reasonOf(error);
      if (isFirst && refusals.has(reason)) sent.isRefused = true;
      if (reason === 'REQUEST_ID_CONFLICT') {
        assert.notEqual(plan.key, '');
        const known = first === undefined ? undefined : model.sent.get(first)?.plan.body;
        assert.notEqual(known, plan.body, 'a conflict of the same body');
      } else if (reason === 'SUBJECT_ERASED') {
        const about = plan.subjectOf === '' ? first : plan.subjectOf;
        assert.notEqual(erasedOf(model, about), 'no', 'said to be erased, but it was not');
      } else this.#refuse(error);
    }
  }

  async erase(subject: string): Promise<void> {
    const { audit, isOver, model, tell } = this.#deps;
    if (isOver()) return;
    const number = this.#erasures++;
    tell?.({ kind: 'erasing', number, subject });
    const erasing = model.beginErasure(subject);
    let outcome: 'erased' | 'nothing' | 'unknown' = 'unknown';
    try {
      const { records } = await audit.handlers.EraseSubject({ subject, reason: 'a test' }, testCall());
      assert(Number(records) >= 1);
      outcome = 'erased';
    } catch (error) {
      if (isOver()) return;
      if (reasonOf(error) === 'SUBJECT_NOT_FOUND') outcome = 'nothing';
      else this.#refuse(error);
    } finally {
      if (isOver()) outcome = 'unknown';
      tell?.({ kind: 'erased', number, outcome });
      model.endErasure(erasing, outcome);
    }
  }

  /** The same request several times at once, as two gateways would send it. */
  async #alike(): Promise<void> {
    const key = this.#key(1000);
    await Promise.all(Array.from({ length: 3 }, () => this.append(this.request({ key, body: 1 }))));
  }

  async #many(): Promise<void> {
    const many = Array.from({ length: 80 }, () => this.request({ isSmall: true }));
    await Promise.all(many.map((request) => this.append(request)));
  }

  async #outcome(isLarge: boolean): Promise<void> {
    const about = this.#anyAnswered();
    if (about === undefined) return;
    const { recordId, subject } = about.sent.plan;
    await this.append(this.request({ subjectOf: recordId, subject, isLarge }));
  }

  async #again(): Promise<void> {
    const { random, model } = this.#deps;
    const last = [...model.sent.values()].slice(-20);
    const again = random.chance(0.5) && last.length > 0 ? random.pick(last) : this.#anyAnswered()?.sent;
    if (again !== undefined) await this.append(again.plan);
  }

  async #read(): Promise<void> {
    const answered = this.#anyAnswered();
    if (answered === undefined) return;
    const { audit, isOver, model } = this.#deps;
    const before = answered.erased;
    try {
      const { recordId, subject } = answered.sent.plan;
      const found = await audit.handlers.GetRecord({ recordId, idempotencyKey: '' }, testCall());
      if (isOver()) return;
      const isStable = before === answered.erased && !model.isErasing(subject);
      checkContent(answered, found, before === 'yes' ? 'yes' : isStable ? before : 'maybe');
    } catch (error) {
      if (!isOver()) this.#refuse(error);
    }
  }

  async #export(subject: string): Promise<void> {
    const { audit, isOver, model } = this.#deps;
    const isCertain = ({ erased, sent }: Answered): boolean =>
      erased === 'no' && sent.plan.subject === subject && sent.note !== '';
    const before = [...model.answered.values()].filter(isCertain);
    const exported = new Set<string>();
    try {
      for await (const { record } of audit.handlers.ExportSubject({ subject }, testCall()))
        exported.add(record?.record?.recordId ?? '');
    } catch (error) {
      if (isOver()) return;
      if (reasonOf(error) !== 'SUBJECT_NOT_FOUND') return this.#refuse(error);
    }
    if (isOver()) return;
    for (const record of before)
      assert(!isCertain(record) || exported.has(record.sent.plan.recordId), 'an export lacks a record');
    // What an earlier process sent is not in this one's model.
    for (const recordId of exported) assert.equal(model.sent.get(recordId)?.plan.subject ?? subject, subject);
  }

  async #prove(): Promise<void> {
    const { audit, isOver, model, random } = this.#deps;
    try {
      await checkProofs(audit, model, random, isOver);
    } catch (error) {
      if (!isOver()) this.#refuse(error);
    }
  }

  #anyAnswered(): Answered | undefined {
    const { model, random } = this.#deps;
    const answered = [...model.answered.values()];
    if (answered.length === 0) return undefined;
    return random.pick(random.chance(0.5) ? answered.slice(-30) : answered);
  }

  #refuse(error: unknown): void {
    if (!diskReasons.has(reasonOf(error))) throw error;
  }

  #key(count: number): string {
    const { random, scope = 'test' } = this.#deps;
    return `${scope}/${random.below(count)}`;
  }

  /** A new request. */
  request(settings: {
    readonly key?: string;
    readonly body?: number;
    readonly subject?: string;
    readonly subjectOf?: string;
    readonly isLarge?: boolean;
    readonly isSmall?: boolean;
  }): RequestPlan {
    const { random } = this.#deps;
    const { key = '', subjectOf = '' } = settings;
    const recordId = uuidAt(Date.now() + this.#skewMs);
    const isAboutSomebody = subjectOf === '' && random.chance(0.7);
    const name = random.chance(0.4) ? `${this.#stranger}${random.below(4)}` : random.pick(subjects);
    const subject = settings.subject ?? (isAboutSomebody ? name : '');
    const hasContent = subject !== '' || key !== '' || random.chance(0.5);
    const length = settings.isLarge === true ? 40_000 : settings.isSmall === true ? 1 : random.below(800);
    return {
      recordId,
      subject,
      subjectOf,
      key,
      body: settings.body ?? random.below(2),
      noteLength: hasContent ? length : undefined,
      principalLength: settings.isSmall === true ? 1 : random.below(3000),
    };
  }
}

function erasedOf(model: Model, recordId: string | undefined): Erased | undefined {
  return recordId === undefined ? undefined : model.answered.get(recordId)?.erased;
}
