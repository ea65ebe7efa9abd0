import type { Bus } from '../../../kit/bus/bus.ts';
import type { Closers } from '../../../kit/lifecycle/closers.ts';
import type { Log } from '../../../kit/log/log.ts';
import { cancelSubject, cancelsStream } from '../job-names.ts';
import type { KeptStreams } from '../streams.ts';

/** Which jobs are not to be scored any more. */
export interface Cancellations {
  /** Whether somebody asked for this job not to be scored; resolves once all that was asked before is known. */
  isAsked(tenant: string, jobId: string): boolean | Promise<boolean>;
}

const everyCancel = 'scoremesh.cancels.*.*';
const maxKept = 1_000_000;
/** What the stream has forgotten by age is forgotten here too. */
const readAgainMs = 3_600_000;
const readRetryMs = 500;

/**
 * Requests to cancel: those that are kept, by their subjects alone, and those that come, which a subscription hears at the moment when they are
 * published. Listening begins before the reading, so that none falls between.
 */
export function createCancellations(
  { bus, log, streams }: { readonly bus: Bus; readonly log: Log; readonly streams: KeptStreams },
  closers: Closers,
): Cancellations {
  let asked = new Set<string>();
  let heard = new Set<string>();
  let complete = false;
  let whenComplete = deferred();
  let round = 0;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  const note = (subject: string): void => {
    heard.add(subject);
    asked.add(subject);
    const [oldest] = asked;
    if (asked.size > maxKept && oldest !== undefined) asked.delete(oldest);
  };

  const read = async (): Promise<void> => {
    round += 1;
    const own = round;
    clearTimeout(timer);
    heard = new Set();
    let said = false;
    for (;;) {
      try {
        const kept = await bus.stored.subjects(cancelsStream, everyCancel, maxKept);
        if (own !== round) return;
        asked = new Set([...kept.keys(), ...heard]);
        complete = true;
        whenComplete.resolve();
        timer = setTimeout(() => void read(), readAgainMs).unref();
        return;
      } catch (error) {
        if (own !== round || isClosed) return;
        if (!said) log.warn('requests to cancel jobs can not be read; trying on', { error });
        said = true;
      }
      await new Promise((resolve) => setTimeout(resolve, readRetryMs).unref());
      if (own !== round || isClosed) return;
    }
  };

  let isListening = false;
  const readOnceHeard = (): void => {
    if (isListening && streams.isReady()) void read();
  };
  const incomplete = (): void => {
    isListening = false;
    if (!complete) return;
    complete = false;
    whenComplete = deferred();
  };
  const ends = [
    // What was published while the connection was away was not heard.
    bus.onConnected(incomplete),
    bus.listen(everyCancel, {
      onMessage: ({ subject }) => note(subject),
      onListening: () => {
        isListening = true;
        readOnceHeard();
      },
    }),
  ];
  streams.onReady(readOnceHeard);
  closers.add('requests to cancel jobs', () => {
    isClosed = true;
    clearTimeout(timer);
    for (const end of ends) end();
  });
  return {
    isAsked: (tenant, jobId) => {
      const subject = cancelSubject(tenant, jobId);
      return complete ? asked.has(subject) : whenComplete.promise.then(() => asked.has(subject));
    },
  };
}

function deferred(): { readonly promise: Promise<void>; resolve(): void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve: () => resolve() };
}
