import { connect } from 'node:http2';
import { framed, send } from './grpc-frame.ts';

/** A stream of requests at even distances, whether or not the ones before were answered. */
export interface PacedLoad {
  readonly port: number;
  readonly path: string;
  /** One serialized request, base64. */
  readonly message: string;
  readonly perSecond: number;
  readonly seconds: number;
  /** The deadline of each, from its sending. */
  readonly timeoutMs: number;
}

/** Milliseconds from sending to the status, by gRPC status; -1 for streams that ended without one. */
export interface PacedResult {
  readonly latencies: Readonly<Record<string, readonly number[]>>;
  /** From the first request to the last answer. */
  readonly tookMs: number;
}

const sessionCount = 4;

/** Sends what its parent asks for, over raw HTTP/2: a process of its own, so that nobody's work delays its clock but the machine's. */
async function run(load: PacedLoad): Promise<PacedResult> {
  const sessions = Array.from({ length: sessionCount }, () => connect(`http://127.0.0.1:${load.port}`));
  const frame = framed(Buffer.from(load.message, 'base64'));
  const headers = { ':path': load.path, 'grpc-timeout': `${load.timeoutMs}m` };
  const latencies: Record<string, number[]> = {};
  const total = Math.round(load.perSecond * load.seconds);
  const startedAt = performance.now();
  const answers: Promise<void>[] = [];
  try {
    while (answers.length < total) {
      const due = Math.min(total, Math.ceil(((performance.now() - startedAt) / 1000) * load.perSecond));
      while (answers.length < due) {
        const session = sessions[answers.length % sessionCount];
        if (session === undefined) throw new Error('no session');
        const sentAt = performance.now();
        const note = (status: string): void => {
          const ms = performance.now() - sentAt;
          const seen = latencies[status];
          if (seen === undefined) latencies[status] = [ms];
          else seen.push(ms);
        };
        answers.push(send(session, headers, frame).then(note));
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await Promise.all(answers);
    return { latencies, tookMs: performance.now() - startedAt };
  } finally {
    for (const session of sessions) session.close();
  }
}

if (process.send !== undefined)
  process.on('message', (load: PacedLoad) => {
    void run(load).then((result) => process.send?.(result));
  });
