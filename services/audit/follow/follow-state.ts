import { Code, type Reason } from '../../kit/errors/catalogue.ts';
import { type MeshError, toMeshError } from '../../kit/errors/mesh-error.ts';
import type { Log } from '../../kit/log/log.ts';
import type { Metrics } from '../../kit/telemetry/metrics.ts';

export const followStates = ['connecting', 'catching_up', 'following', 'unreachable', 'refused'] as const;
export type FollowState = (typeof followStates)[number];

/** What a writer that is stopped, stopping or not yet ready answers. */
const awayReasons: ReadonlySet<Reason> = new Set(['ROLE_UNREACHABLE', 'SHUTTING_DOWN']);
/** A fault that lasts is told again after so long. */
const repeatMs = 60_000;

export interface FollowGauges {
  /** Entries up to the last verified checkpoint. */
  size(): number;
}

/** Where a replica stands, for metrics, readiness and the log. */
export class FollowStatus {
  readonly #log: Log;
  readonly #refusals: (reason: string) => void;
  #state: FollowState = 'connecting';
  #fault: MeshError | undefined;
  #toldAt = Number.NEGATIVE_INFINITY;
  /** Entries of the writer as it last said. */
  writerSize = 0;
  /** When the last verified checkpoint was seen to be the writer's newest; Unix milliseconds; 0 for never. */
  verifiedAtMs = 0;

  constructor(log: Log, metrics: Metrics, gauges: FollowGauges) {
    this.#log = log;
    const refusals = metrics.counter(
      'scoremesh_audit_replica_refusals_total',
      'What a replica refused of its writer or could not do, by reason. LOG_DIVERGED and PROOF_INVALID must stay 0.',
      ['reason'],
    );
    this.#refusals = (reason) => refusals.labels(reason).add();
    const gauge = (name: string, help: string, read: () => number): void =>
      metrics.gauge(name, help, [], () => [{ labels: [], value: read() }]);
    gauge(
      'scoremesh_audit_replica_size',
      'Entries of the last checkpoint that a replica verified.',
      gauges.size,
    );
    gauge(
      'scoremesh_audit_replica_writer_size',
      'Entries of the log that a replica follows, as its writer last signed.',
      () => this.writerSize,
    );
    gauge(
      'scoremesh_audit_replica_checkpoint_age_seconds',
      "Seconds since the last verified checkpoint of a replica was seen to be the writer's newest.",
      () => this.ageMs() / 1000,
    );
    metrics.gauge('scoremesh_audit_replica_state', '1 for the state of a replica.', ['state'], () =>
      followStates.map((state) => ({ labels: [state], value: state === this.#state ? 1 : 0 })),
    );
  }

  get state(): FollowState {
    return this.#state;
  }

  /** Why it does not go on; undefined while it does. */
  get fault(): MeshError | undefined {
    return this.#fault;
  }

  /** 0 before the first verification. */
  ageMs(): number {
    return this.verifiedAtMs === 0 ? 0 : Math.max(0, Date.now() - this.verifiedAtMs);
  }

  enter(state: 'catching_up'): void {
    this.#state = state;
  }

  /** All of the writer's newest checkpoint is here. */
  verified(): void {
    this.verifiedAtMs = Date.now();
    if (this.#fault !== undefined) this.#log.info('the audit replica goes on', { size: this.writerSize });
    this.#state = 'following';
    this.#fault = undefined;
  }

  failed(thrown: unknown): void {
    const error = toMeshError(thrown);
    const isNew = error.reason !== this.#fault?.reason;
    this.#fault = error;
    this.#refusals(error.reason);
    const isRefused = error.code !== Code.DEADLINE_EXCEEDED && !awayReasons.has(error.reason);
    this.#state = isRefused ? 'refused' : 'unreachable';
    const now = performance.now();
    if (!isNew && now - this.#toldAt < repeatMs) return;
    this.#toldAt = now;
    if (isRefused) this.#log.error('the audit replica does not go on', { error, reason: error.reason });
    else this.#log.warn('the writer of the audit log does not answer; trying on', { why: error.message });
  }
}
