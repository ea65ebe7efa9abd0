import type { ScoreRequest__Output as ScoreRequest } from '../gen/scoremesh/scoring/v1/ScoreRequest.ts';
import { startCall } from '../kit/contract/call.ts';
import type { Reason } from '../kit/errors/catalogue.ts';
import type { MeshError } from '../kit/errors/mesh-error.ts';
import type { Closers } from '../kit/lifecycle/closers.ts';
import type { Log } from '../kit/log/log.ts';
import type { AuditTrail } from './audit-trail.ts';
import { nowMs, type Occasion, refusalRecord, summaryRecord } from './records.ts';

/** Refusals that get a record of their own in one second; beyond it, and under overload, they are counted. */
const maxRecordedPerSecond = 500;
/** Kinds of refusal that are counted apart in one second; more are counted by their reason alone. */
const maxKinds = 256;
const recordTimeoutMs = 5000;

/** Reasons that come by the thousand when the mesh is overloaded: one record each would turn the overload against the log. */
const overload: ReadonlySet<Reason> = new Set<Reason>(['QUEUE_FULL', 'DEADLINE_UNREACHABLE']);
/** Without a log there is nothing to write a refusal to; the metrics count these. */
const unrecordable: ReadonlySet<Reason> = new Set<Reason>([
  'AUDIT_DISK_FULL',
  'AUDIT_LOG_FAILED',
  'SHUTTING_DOWN',
]);

/** What is kept of a request that got no answer. */
export interface Refused {
  readonly request: ScoreRequest;
  /** Full name of the method; empty for a score. */
  readonly method: string;
  /** The data subject as "entity=key"; empty for none. */
  readonly subject: string;
}

/** Keeps a record of every request that got no answer. */
export interface Refusals {
  /** Resolves when the refusal is durable, counted, or could not be recorded; never rejects. */
  record(refused: Refused, error: MeshError, occasion: Occasion): Promise<void>;
}

interface Tally {
  readonly code: number;
  readonly reason: string;
  readonly model: string;
  readonly principal: string;
  count: number;
}

export function createRefusals(trail: AuditTrail, newId: () => string, log: Log, closers: Closers): Refusals {
  let second = 0;
  let recorded = 0;
  let tallies = new Map<string, Tally>();
  let timer: NodeJS.Timeout | undefined;

  const writeTallies = (): void => {
    const counted = tallies;
    tallies = new Map();
    clearTimeout(timer);
    timer = undefined;
    for (const { principal, ...tally } of counted.values()) {
      const recordId = newId();
      const call = startCall({ timeoutMs: recordTimeoutMs, principal });
      trail.appendLater(
        summaryRecord({ recordId, receivedAtMs: nowMs(), call }, { second, ...tally }),
        recordId,
        call,
      );
    }
  };
  closers.add('refusal counts', writeTallies);

  const turn = (): void => {
    const now = Math.floor(Date.now() / 1000);
    if (now === second) return;
    if (tallies.size > 0) writeTallies();
    second = now;
    recorded = 0;
  };

  const count = ({ code, reason }: MeshError, model: string, principal: string): void => {
    const kind = `${reason} ${model} ${principal}`;
    const apart = tallies.has(kind) || tallies.size < maxKinds;
    const key = apart ? kind : reason;
    const tally = tallies.get(key);
    if (tally !== undefined) tally.count += 1;
    else if (apart) tallies.set(key, { code, reason, model, principal, count: 1 });
    else tallies.set(key, { code, reason, model: '', principal: '', count: 1 });
    timer ??= setTimeout(writeTallies, 1000).unref();
  };

  return {
    record: async (refused, error, occasion) => {
      const { request } = refused;
      const { call, recordId } = occasion;
      if (unrecordable.has(error.reason)) return;
      turn();
      if (overload.has(error.reason) || recorded >= maxRecordedPerSecond) {
        count(error, request.model.slice(0, 129), call.principal);
        return;
      }
      recorded += 1;
      try {
        // The caller's deadline may have passed, the record still has to be written.
        const { principal, trace } = call;
        const own = startCall({ timeoutMs: recordTimeoutMs, principal, trace });
        await trail.append(refusalRecord(occasion, refused, error), recordId, own);
      } catch (failure) {
        log.error('a refusal could not be recorded', {
          trace: call.trace,
          reason: error.reason,
          error: failure,
        });
      }
    },
  };
}
