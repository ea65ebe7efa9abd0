import { connect, headers, type JetStreamManager, type NatsConnection } from 'nats';

/** A work queue, and where its messages are published. */
export interface Stream {
  readonly name: string;
  readonly subject: string;
}

/** What every message has. */
interface Messages {
  readonly stream: Stream;
  /** base64. */
  readonly body: string;
  /** Of message ids. */
  readonly prefix: string;
  readonly total: number;
}

/** As many as are taken, with so many unacknowledged and so many more waiting at most. */
export interface Flood extends Messages {
  readonly kind: 'flood';
  readonly inFlight: number;
  readonly mayWait: number;
  /** Done before the rate is measured. */
  readonly warmUp: number;
}

/** At even distances, whether or not the ones before are done. Each result is asked for at a subject of its own. */
export interface Paced extends Messages {
  readonly kind: 'paced';
  readonly perSecond: number;
}

export interface FloodResult {
  /** Messages per second that left the queue while it was kept filled. */
  readonly rate: number;
}

export interface PacedResult {
  /** From publishing to the result, milliseconds. */
  readonly latencies: readonly number[];
}

const lookMs = 25;
const patienceMs = 60_000;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Publishes over core NATS with a reply subject for JetStream's word: the cheapest that the client has, since the cores are shared with what is measured. */
async function flood(nats: NatsConnection, manager: JetStreamManager, asked: Flood): Promise<FloodResult> {
  const { stream, prefix, total, inFlight, mayWait, warmUp } = asked;
  const body = Buffer.from(asked.body, 'base64');
  const inbox = `${prefix}.acks`;
  let published = 0;
  let stored = 0;
  let refusal = '';
  const acks = nats.subscribe(inbox, {
    callback: (_error, { data }) => {
      stored += 1;
      const text = Buffer.from(data.buffer, data.byteOffset, data.length).toString();
      if (text.includes('"error"') || text.includes('"duplicate"')) refusal = text;
    },
  });
  const begun = await state(manager, stream);
  const samples: { readonly at: number; readonly done: number }[] = [];
  let done = 0;
  let looking = 0;
  let movedAt = performance.now();
  try {
    while (done < total) {
      if (refusal !== '') throw new Error(`a message was refused: ${refusal}`);
      if (performance.now() - movedAt > patienceMs) throw new Error(`${done} of ${total} done, and no more`);
      for (let room = 64; room > 0 && published < total; room--) {
        if (published - stored >= inFlight || published - done >= mayWait + inFlight) break;
        nats.publish(stream.subject, body, {
          reply: inbox,
          headers: headersOf(`${prefix}-${published++}`),
        });
      }
      if (performance.now() >= looking) {
        looking = performance.now() + lookMs;
        const now = await state(manager, stream);
        const moved = now.done - begun.done;
        if (moved > done) movedAt = performance.now();
        done = moved;
        samples.push({ at: performance.now(), done });
      } else if (published - stored >= inFlight) await new Promise((resolve) => setImmediate(resolve));
      else await pause(1);
    }
  } finally {
    acks.unsubscribe();
  }
  const from = samples.find((sample) => sample.done >= warmUp);
  const to = samples.findLast((sample) => sample.done <= total - mayWait / 2);
  if (from === undefined || to === undefined || to.at <= from.at)
    throw new Error(`${total} messages are too few to see a rate`);
  return { rate: ((to.done - from.done) / (to.at - from.at)) * 1000 };
}

/** Messages that have left a work queue. */
async function state(manager: JetStreamManager, { name }: Stream): Promise<{ readonly done: number }> {
  const { last_seq: last, messages } = (await manager.streams.info(name)).state;
  return { done: last - messages };
}

async function paced(nats: NatsConnection, asked: Paced): Promise<PacedResult> {
  const { stream, prefix, total, perSecond } = asked;
  const body = Buffer.from(asked.body, 'base64');
  const replies = `${prefix}.results`;
  const sentAt: number[] = [];
  const latencies: number[] = [];
  const heard = nats.subscribe(`${replies}.*`, {
    callback: (_error, { subject }) => {
      const at = sentAt[Number(subject.slice(replies.length + 1))] ?? Number.NaN;
      latencies.push(performance.now() - at);
    },
  });
  await nats.flush();
  const startedAt = performance.now();
  while (sentAt.length < total) {
    const due = Math.min(total, Math.ceil(((performance.now() - startedAt) / 1000) * perSecond));
    while (sentAt.length < due) {
      const place = sentAt.length;
      sentAt.push(performance.now());
      const own = headersOf(`${prefix}-${place}`);
      own.set('Scoremesh-Reply-To', `${replies}.${place}`);
      nats.publish(stream.subject, body, { headers: own });
    }
    await pause(1);
  }
  const giveUpAt = performance.now() + patienceMs;
  while (latencies.length < total) {
    if (performance.now() > giveUpAt) throw new Error(`${latencies.length} of ${total} results came`);
    await pause(5);
  }
  heard.unsubscribe();
  return { latencies };
}

function headersOf(id: string): ReturnType<typeof headers> {
  const made = headers();
  made.set('Nats-Msg-Id', id);
  made.set('Content-Type', 'application/x-protobuf');
  return made;
}

/** Does what its parent asks for, one after the other: a process of its own, as producers are. */
async function serve(url: string): Promise<void> {
  const nats = await connect({ servers: url, noAsyncTraces: true });
  const manager = await nats.jetstreamManager();
  process.on('message', (asked: Flood | Paced) => {
    const answer = asked.kind === 'flood' ? flood(nats, manager, asked) : paced(nats, asked);
    answer.then(
      (result) => process.send?.({ result }),
      (error: Error) => process.send?.({ error: error.message }),
    );
  });
  process.send?.({ result: 'ready' });
}

const [, , url] = process.argv;
if (process.send !== undefined && url !== undefined) await serve(url);
