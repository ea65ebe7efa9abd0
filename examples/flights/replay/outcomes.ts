import type { MeshClient } from '../../../gateway/client/client.ts';
import { createFailures, type Failures } from './failures.ts';

export interface KnownOutcome {
  predictionId: string;
  late: boolean;
}

/** Records outcomes in batches, one batch at a time, beside whatever else goes on. */
export interface OutcomeRecorder {
  /** Queues outcomes; resolves at once unless so many wait that the mesh has to catch up first. */
  add(outcomes: readonly KnownOutcome[]): Promise<void>;
  /** Sends what waits without waiting for a full batch. */
  nudge(): void;
  /** Resolves when nothing waits. Never rejects: what failed is counted. */
  flush(): Promise<void>;
  counts(): OutcomeCounts;
}

export interface OutcomeCounts {
  joined: number;
  /** Recorded, but the log does not have their prediction. */
  unknown: number;
  /** Queued or on their way. */
  waiting: number;
  failures: Failures;
}

const BATCH = 500;
/** A mesh that records slower than this many behind holds the replay back. */
const MAX_WAITING = 10 * BATCH;

export function createOutcomeRecorder(mesh: MeshClient, timeoutMs: number): OutcomeRecorder {
  const failures = createFailures();
  let queue: KnownOutcome[] = [];
  let underWay = 0;
  let sending: Promise<void> | undefined;
  let joined = 0;
  let unknown = 0;

  const send = async (batch: readonly KnownOutcome[]): Promise<void> => {
    const outcomes = batch.map(({ predictionId, late }) => ({
      predictionId,
      values: { late: { flag: late } },
    }));
    try {
      const answer = await mesh.scoring.RecordOutcomes({ outcomes }, { timeoutMs });
      joined += answer.joined;
      unknown += answer.unknown;
    } catch (error) {
      failures.add(error, batch.length);
    }
  };
  const sendNext = (least: number): void => {
    if (sending !== undefined || queue.length < least) return;
    const batch = queue.slice(0, BATCH);
    queue = queue.slice(BATCH);
    underWay = batch.length;
    sending = send(batch).then(() => {
      underWay = 0;
      sending = undefined;
      sendNext(BATCH);
    });
  };

  return {
    async add(outcomes) {
      for (const outcome of outcomes) queue.push(outcome);
      sendNext(BATCH);
      while (queue.length > MAX_WAITING) await sending;
    },
    nudge: () => sendNext(1),
    async flush() {
      while (sending !== undefined || queue.length > 0) {
        sendNext(1);
        await sending;
      }
    },
    counts: () => ({ joined, unknown, waiting: queue.length + underWay, failures }),
  };
}
