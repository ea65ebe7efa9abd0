import type { Job__Output as Job } from '../../gen/scoremesh/scoring/v1/Job.ts';
import type { WatchJobResponse__Output as WatchJobResponse } from '../../gen/scoremesh/scoring/v1/WatchJobResponse.ts';
import type { Bus } from '../../kit/bus/bus.ts';
import { type Call, throwIfUnwanted } from '../../kit/contract/call.ts';
import { isUnavailable } from '../../kit/errors/mesh-error.ts';
import { endedJob, type FindJob } from './find-job.ts';
import { begunSubject, cancelSubject, resultSubject } from './job-names.ts';
import { checkedReference, type JobReference } from './job-reference.ts';

/** What is heard of a job. */
interface News {
  begun: boolean;
  cancelAsked: boolean;
  /** Whether its result has to be looked for: one was published, or the connection was lost meanwhile. */
  look: boolean;
}

/** Listens to what is said of a job from now on. */
export interface JobNews {
  /** What is new since the last time; waits for something, at most so long. Rejects when the call is given up. */
  next(withinMs: number): Promise<News>;
  stop(): void;
}

/** The message with a result comes at the moment when it is published, which is before it is stored. */
const lookAgainMs = [20, 100, 500, 2000] as const;
/** Where nothing is heard for long, a look costs one request. */
const quietMs = 30_000;

/** Resolves when the server has the subscriptions, so that nothing is missed by who looks after it; at once where NATS is away. */
export async function hearOf(bus: Bus, { tenant, jobId }: JobReference, call: Call): Promise<JobNews> {
  let news: News = { begun: false, cancelAsked: false, look: false };
  let wake = (): void => {};
  const note = (change: Partial<News>): void => {
    news = { ...news, ...change };
    wake();
  };
  let isListening = (): void => {};
  const listening = new Promise<void>((resolve) => (isListening = resolve));
  const ends = [
    bus.listen(begunSubject(tenant, jobId), { onMessage: () => note({ begun: true }) }),
    bus.listen(cancelSubject(tenant, jobId), { onMessage: () => note({ cancelAsked: true }) }),
    bus.listen(resultSubject(tenant, jobId), {
      onMessage: () => note({ look: true }),
      onListening: () => {
        isListening();
        note({ look: true });
      },
    }),
  ];
  const stop = (): void => {
    for (const end of ends) end();
  };
  try {
    if (bus.state() === 'connected') await Promise.race([listening, givenUp(call)]);
  } catch (error) {
    stop();
    throw error;
  }
  // The first look is the caller's.
  news = { ...news, look: false };
  return {
    stop,
    next: async (withinMs) => {
      throwIfUnwanted(call, 'watching a job');
      if (!news.begun && !news.cancelAsked && !news.look)
        await new Promise<void>((resolve, reject) => {
          const timer = setTimeout(() => settle(resolve), withinMs);
          const forget = call.cancellation.onCancel((error) => settle(() => reject(error)));
          wake = () => settle(resolve);
          function settle(then: () => void): void {
            clearTimeout(timer);
            forget?.();
            wake = () => {};
            then();
          }
        });
      const heard = news;
      news = { begun: false, cancelAsked: false, look: false };
      return heard;
    },
  };
}

function givenUp(call: Call): Promise<never> {
  return new Promise((_, reject) => call.cancellation.onCancel(reject));
}

export interface Watches {
  /** Where the job stands, then each change that is heard of, until its result. Goes on when NATS comes back. */
  watch(
    request: { readonly tenant: string; readonly jobId: string },
    call: Call,
  ): AsyncGenerator<WatchJobResponse>;
  /** Watches that are under way. */
  open(): number;
}

export function createWatches(bus: Bus, find: FindJob): Watches {
  let open = 0;
  async function* watch(
    request: { readonly tenant: string; readonly jobId: string },
    call: Call,
  ): AsyncGenerator<WatchJobResponse> {
    const reference = checkedReference(request);
    // Most who watch many jobs in turn come when they have ended: one request instead of three subscriptions.
    const before = await find.result(reference, call);
    if (before !== undefined) {
      yield { job: endedJob(before.result) };
      return;
    }
    const news = await hearOf(bus, reference, call);
    open += 1;
    try {
      let job = await find.job(reference, call);
      yield { job };
      let looks = 0;
      let mustLook = false;
      while (job.result === null) {
        const waitMs = mustLook ? (lookAgainMs[looks] ?? quietMs) : quietMs;
        const heard = await news.next(waitMs);
        if (heard.look) looks = 0;
        else if (mustLook) looks += 1;
        const isQuiet = !heard.begun && !heard.cancelAsked;
        mustLook = heard.look || mustLook;
        if (heard.look || isQuiet) {
          const ended = await endedOf(find, reference, call);
          if (ended !== undefined) {
            yield { job: ended };
            return;
          }
          if (looks >= lookAgainMs.length) mustLook = false;
        }
        const changed = changedBy(job, heard);
        if (changed === undefined) continue;
        job = changed;
        yield { job };
      }
    } finally {
      open -= 1;
      news.stop();
    }
  }
  return { watch, open: () => open };
}

async function endedOf(find: FindJob, reference: JobReference, call: Call): Promise<Job | undefined> {
  try {
    const kept = await find.result(reference, call);
    return kept === undefined ? undefined : endedJob(kept.result);
  } catch (error) {
    // When NATS is back there is news of it.
    if (isUnavailable(error) && call.cancellation.error === undefined) return undefined;
    throw error;
  }
}

function changedBy(job: Job, { begun, cancelAsked }: News): Job | undefined {
  const isRunning = begun && job.state === 'JOB_STATE_QUEUED';
  const isAsked = cancelAsked && !job.cancelRequested;
  if (!isRunning && !isAsked) return undefined;
  return {
    ...job,
    state: isRunning ? 'JOB_STATE_RUNNING' : job.state,
    cancelRequested: job.cancelRequested || isAsked,
  };
}
