import { setTimeout as delay } from 'node:timers/promises';
import type { Bus } from '../../kit/bus/bus.ts';
import type { StreamSpec } from '../../kit/bus/stream.ts';
import type { Closers } from '../../kit/lifecycle/closers.ts';
import type { Log } from '../../kit/log/log.ts';
import type { JobsConfig } from './config.ts';
import { attemptsStream, cancelsStream, deadStream, jobsStream, lanes, resultsStream } from './job-names.ts';

type StreamsConfig = Pick<
  JobsConfig,
  'maxQueued' | 'duplicateWindowMs' | 'resultsKeptMs' | 'deadKeptMs' | 'replicas'
>;

/** Requests to cancel outlive the jobs that they are about by as much as results do by default. */
const cancelsKeptMs = 7 * 86_400_000;
const maxCancels = 1_000_000;
/** Of jobs that were begun and not ended: a day after the last attempt nobody tries them any more, but by hand. */
const attemptsKeptMs = 86_400_000;
const maxAttemptMarks = 1_000_000;

/** What JetStream keeps of jobs. */
export function jobStreams({
  deadKeptMs,
  duplicateWindowMs,
  maxQueued,
  replicas,
  resultsKeptMs,
}: StreamsConfig): readonly StreamSpec[] {
  const kept = { retention: 'limits', storage: 'file', replicas } as const;
  return [
    {
      name: jobsStream,
      // A lane that does not exist has no stream: the producer hears it at once.
      subjects: lanes.map((lane) => `scoremesh.jobs.${lane}.*.>`),
      retention: 'work',
      storage: 'file',
      replicas,
      whenFull: 'refuse',
      maxMessagesPerSubject: maxQueued,
      refusePerSubject: true,
      duplicateWindowMs,
    },
    {
      ...kept,
      name: resultsStream,
      subjects: ['scoremesh.results.*.*'],
      maxMessagesPerSubject: 1,
      maxAgeMs: resultsKeptMs,
      allowDirect: true,
    },
    { ...kept, name: deadStream, subjects: ['scoremesh.dead.*.>'], maxAgeMs: deadKeptMs },
    {
      ...kept,
      name: cancelsStream,
      subjects: ['scoremesh.cancels.*.*'],
      maxMessages: maxCancels,
      maxMessagesPerSubject: 1,
      maxAgeMs: cancelsKeptMs,
    },
    {
      ...kept,
      name: attemptsStream,
      subjects: ['scoremesh.attempts.*.*'],
      maxMessages: maxAttemptMarks,
      maxMessagesPerSubject: 1,
      maxAgeMs: attemptsKeptMs,
    },
  ];
}

export interface KeptStreams {
  /** Called each time when the streams have been found to be as they should, which is once for each connection. */
  onReady(listener: () => void): void;
  isReady(): boolean;
}

const setUpRetryMs = 1000;

/** Sets the streams up, reads them back, and does so again over each new connection. */
export function keepJobStreams(
  specs: readonly StreamSpec[],
  { bus, log }: { readonly bus: Bus; readonly log: Log },
  closers: Closers,
): KeptStreams {
  const listeners = new Set<() => void>();
  const closing = new AbortController();
  let isReady = false;
  let round = 0;
  const setUp = async (): Promise<void> => {
    round += 1;
    const own = round;
    isReady = false;
    let said = '';
    const isWanted = (): boolean => own === round && !closing.signal.aborted && bus.state() === 'connected';
    while (isWanted()) {
      try {
        for (const spec of specs) await bus.ensureStream(spec);
        if (!isWanted()) return;
        isReady = true;
        for (const listener of listeners) listener();
        return;
      } catch (error) {
        const message = (error as Error).message;
        if (isWanted() && message !== said)
          log.warn('the streams of jobs are not ready; trying on', { error });
        said = message;
      }
      await delay(setUpRetryMs, undefined, { signal: closing.signal, ref: false }).catch(() => {});
    }
  };
  const forget = bus.onConnected(() => void setUp());
  closers.add('streams of jobs', () => {
    closing.abort();
    forget();
  });
  return {
    onReady: (listener) => {
      listeners.add(listener);
      if (isReady) listener();
    },
    isReady: () => isReady && bus.state() === 'connected',
  };
}
