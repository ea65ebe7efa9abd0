import assert from 'node:assert/strict';
import type { AuditService } from '../../../services/audit/service.ts';
import type { AppendRequest__Output } from '../../../services/gen/scoremesh/audit/v1/AppendRequest.ts';
import { recordCodec, uuidAt } from '../fixture.ts';
import { reasonOf, testCall } from './call.ts';
import { checkContent, checkProofs } from './checks.ts';
import type { Answered, Erased, Model, Sent } from './model.ts';
import type { Random } from './random.ts';

export interface LoadDeps {
  readonly audit: AuditService;
  readonly model: Model;
  readonly random: Random;
  /** What is answered from then on, nobody hears any more. */
  readonly isOver: () => boolean;
}

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

const subjects = ['ann', 'bob', 'cyd', 'dee'].map((name) => `passenger=${name}`);

/** One caller's doings, at random; what is wrong with an answer is thrown. */
export class Load {
  readonly #deps: LoadDeps;
  /** Milliseconds by which the clocks of callers are wrong. */
  #skewMs = 0;

  constructor(deps: LoadDeps) {
    this.#deps = deps;
  }

  async step(): Promise<void> {
    const { random, model } = this.#deps;
    if (random.chance(0.05)) this.#skewMs = random.pick([0, 0, 3_600_000, -3_600_000, -31_536_000_000]);
    const kind = random.next();
    if (kind < 0.3) await this.append(this.#request({}));
    else if (kind < 0.45) await this.append(this.#request({ key: `test/${random.below(20)}` }));
    else if (kind < 0.5) await this.#alike();
    else if (kind < 0.57) await this.#many();
    else if (kind < 0.63) await this.append(this.#request({ isLarge: true }));
    else if (kind < 0.71) await this.#outcome();
    else if (kind < 0.77) await this.#again();
    else if (kind < 0.83) await this.erase(random.pick(subjects));
    else if (kind < 0.93) await this.#read();
    else if (model.answered.size > 0) await this.#prove();
  }

  /** Appends, and keeps what was answered. Throws what may not be answered. */
  async append({ request, subject, note }: ReturnType<Load['request']>): Promise<void> {
    const { audit, isOver, model } = this.#deps;
    if (isOver()) return;
    const isFirst = !model.sent.has(request.recordId);
    const sent = model.send(request, subject, note);
    const first = model.keys.get(request.idempotencyKey);
    const wasErased = {
      first: erasedOf(model, first) === 'yes',
      about: erasedOf(model, request.subjectOf) === 'yes',
    };
    try {
      const response = await audit.handlers.Append(request, testCall());
      if (isOver()) return;
      assert(!wasErased.about, 'a record about an erased record was taken');
      assert(
        !wasErased.first || response.existingRecord.length === 0,
        'an erased prediction was answered again',
      );
      model.answer(sent, response);
    } catch (error) {
      if (isOver()) return;
      const reason = reasonOf(error);
      if (isFirst && refusals.has(reason)) sent.isRefused = true;
      if (reason === 'REQUEST_ID_CONFLICT') {
        assert.notEqual(request.idempotencyKey, '');
        const known = first === undefined ? undefined : model.sent.get(first)?.request.bodyDigest;
        assert(known === undefined || !known.equals(request.bodyDigest), 'a conflict of the same body');
      } else if (reason === 'SUBJECT_ERASED') {
        const about = request.subjectOf === '' ? first : request.subjectOf;
        assert.notEqual(erasedOf(model, about), 'no', 'said to be erased, but it was not');
      } else this.#refuse(error, diskReasons);
    }
  }

  async erase(subject: string): Promise<void> {
    const { audit, isOver, model } = this.#deps;
    if (isOver()) return;
    const records = model.beginErasure(subject);
    const doubtful = model.of(subject).filter(({ erased }) => erased === 'maybe');
    let isAnswered = false;
    try {
      const { records: count } = await audit.handlers.EraseSubject(
        { subject, reason: 'a test' },
        testCall(),
      );
      if (isOver()) return;
      isAnswered = true;
      assert(Number(count) >= 1);
      for (const record of doubtful) record.erased = 'yes';
      model.erasures++;
    } catch (error) {
      if (isOver()) return;
      if (reasonOf(error) === 'SUBJECT_NOT_FOUND') {
        isAnswered = true;
        // Then nothing of it can be read any more; what a call before this one began is over too.
        if (model.erasing.get(subject) === 1) for (const record of doubtful) record.erased = 'yes';
        return;
      }
      this.#refuse(error, diskReasons);
    } finally {
      model.endErasure(subject);
      if (!isAnswered && records.length > 0) model.unanswered.push(records);
    }
  }

  /** The same request several times at once, as two gateways would send it. */
  async #alike(): Promise<void> {
    const key = `test/${this.#deps.random.below(1000)}`;
    await Promise.all(Array.from({ length: 3 }, () => this.append(this.#request({ key, body: 1 }))));
  }

  async #many(): Promise<void> {
    const many = Array.from({ length: 80 }, () => this.#request({ isSmall: true }));
    await Promise.all(many.map((request) => this.append(request)));
  }

  async #outcome(): Promise<void> {
    const about = this.#anyAnswered();
    if (about === undefined) return;
    const { recordId } = about.sent.request;
    await this.append(this.#request({ subjectOf: recordId, subject: about.sent.subject }));
  }

  async #again(): Promise<void> {
    const { random, model } = this.#deps;
    const unanswered = [...model.sent.values()].slice(-20);
    const again: Sent | undefined =
      random.chance(0.5) && unanswered.length > 0 ? random.pick(unanswered) : this.#anyAnswered()?.sent;
    if (again !== undefined) await this.append(again);
  }

  async #read(): Promise<void> {
    const answered = this.#anyAnswered();
    if (answered === undefined) return;
    const { audit, isOver, model } = this.#deps;
    const before = answered.erased;
    try {
      const { request, subject } = answered.sent;
      const found = await audit.handlers.GetRecord(
        { recordId: request.recordId, idempotencyKey: '' },
        testCall(),
      );
      if (isOver()) return;
      const isStable = before === answered.erased && !model.isErasing(subject);
      checkContent(answered, found, before === 'yes' ? 'yes' : isStable ? before : 'maybe');
    } catch (error) {
      if (!isOver()) this.#refuse(error, diskReasons);
    }
  }

  async #prove(): Promise<void> {
    const { audit, isOver, model, random } = this.#deps;
    try {
      await checkProofs(audit, model, random, isOver);
    } catch (error) {
      if (!isOver()) this.#refuse(error, diskReasons);
    }
  }

  #anyAnswered(): Answered | undefined {
    const { model, random } = this.#deps;
    const answered = [...model.answered.values()];
    if (answered.length === 0) return undefined;
    return random.pick(random.chance(0.5) ? answered.slice(-30) : answered);
  }

  #refuse(error: unknown, allowed: ReadonlySet<string>): void {
    if (!allowed.has(reasonOf(error))) throw error;
  }

  #request(settings: Parameters<Load['request']>[0]): ReturnType<Load['request']> {
    return this.request(settings);
  }

  /** A new request. */
  request(settings: {
    readonly key?: string;
    readonly body?: number;
    readonly subject?: string;
    readonly subjectOf?: string;
    readonly isLarge?: boolean;
    readonly isSmall?: boolean;
  }): { readonly request: AppendRequest__Output; readonly subject: string; readonly note: string } {
    const { random } = this.#deps;
    const recordId = uuidAt(Date.now() + this.#skewMs);
    const isAboutSomebody = settings.subjectOf === undefined && random.chance(0.7);
    const fresh = `passenger=${recordId}`;
    const name = isAboutSomebody ? (random.chance(0.2) ? fresh : random.pick(subjects)) : '';
    const subject = settings.subject ?? name;
    const hasContent = subject !== '' || settings.key !== undefined || random.chance(0.5);
    const size = settings.isLarge === true ? 40_000 : settings.isSmall === true ? 1 : random.below(800);
    const note = hasContent ? `${recordId} ${'n'.repeat(size)}` : '';
    const body = settings.body ?? random.below(2);
    const request: AppendRequest__Output = {
      recordId,
      record: recordCodec.encode({
        schema: 2,
        recordId,
        principal: 'p'.repeat(settings.isSmall === true ? 1 : random.below(3000)),
        prediction: { model: { name: 'm', version: 1 } },
      }),
      personal: hasContent
        ? recordCodec.encode({ prediction: { request: { model: 'm', entities: { note } } } })
        : Buffer.alloc(0),
      subject: settings.subjectOf === undefined ? subject : '',
      subjectOf: settings.subjectOf ?? '',
      idempotencyKey: settings.key ?? '',
      bodyDigest: Buffer.alloc(settings.key === undefined ? 0 : 32, body),
    };
    return { request, subject, note };
  }
}

function erasedOf(model: Model, recordId: string | undefined): Erased | undefined {
  return recordId === undefined ? undefined : model.answered.get(recordId)?.erased;
}
