import { headers, type Msg } from 'nats';
import { type Call, remainingMs, throwIfUnwanted } from '../contract/call.ts';
import { MeshError } from '../errors/mesh-error.ts';
import { isMessageGone, jetStreamCode, toBusError } from './bus-error.ts';
import type { Connection } from './connection.ts';
import { fromNatsHeaders, type MessageHeaders } from './headers.ts';
import { type ApiRefusal, refused } from './publisher.ts';
import { unlessLost } from './unless-lost.ts';

/** A message as its stream keeps it. */
export interface StoredMessage {
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly headers: MessageHeaders;
  readonly sequence: number;
  /** When the stream took it, Unix ms. */
  readonly takenAtMs: number;
}

/** Reading a stream without a consumer, message by message: a request each, about 100 us. */
export interface StoredMessages {
  /** The newest message of the subject, which may have wildcards; undefined if there is none. */
  last(stream: string, subject: string, call?: Call): Promise<StoredMessage | undefined>;
  /** The oldest message of the subject at this sequence or after it; undefined if there is none. */
  next(stream: string, subject: string, from: number, call?: Call): Promise<StoredMessage | undefined>;
  /** Subjects of the filter that have messages, with their numbers; `limit` of them at least, if there are so many. */
  subjects(stream: string, filter: string, limit: number, call?: Call): Promise<Map<string, number>>;
  /** A page of these, from this place in their order on, up to 100,000; `next` is where the next one begins if there is one. */
  subjectsFrom(
    stream: string,
    filter: string,
    from: number,
    call?: Call,
  ): Promise<{ readonly subjects: ReadonlyMap<string, number>; readonly next: number | undefined }>;
  /** Messages that the stream has of one subject at most; undefined if it has no bound for that. */
  maxPerSubject(stream: string): Promise<number | undefined>;
  /** Removes a message from a stream; false if it was gone already. A nats-server that is killed within some seconds may have it again (2.9). */
  remove(stream: string, sequence: number, call?: Call): Promise<boolean>;
  /** Removes a message so that a nats-server that is killed has it no more: it is overwritten. False if it was gone already. */
  erase(stream: string, sequence: number, call?: Call): Promise<boolean>;
}

/** https://docs.nats.io/reference/reference-protocols/nats_api_reference: STREAM.MSG.GET, STREAM.MSG.DELETE and STREAM.INFO. */
interface Reply {
  readonly error?: ApiRefusal;
  readonly success?: boolean;
  readonly total?: number;
  readonly config?: { readonly max_msgs_per_subject?: number };
  readonly state?: { readonly subjects?: Readonly<Record<string, number>> | null };
  readonly message?: {
    readonly subject: string;
    readonly seq: number;
    readonly time: string;
    /** base64. */
    readonly hdrs?: string;
    readonly data?: string;
  };
}

const timeoutMs = 5000;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * By requests of its own: most who look for a message find none, for which the client's methods make two errors with their stacks, and a
 * manager for each call.
 */
export function createStoredMessages(connection: Connection): StoredMessages {
  const get = async (
    stream: string,
    query: object,
    call: Call | undefined,
  ): Promise<StoredMessage | undefined> => {
    const subject = `$JS.API.STREAM.MSG.GET.${stream}`;
    const doing = `reading stream ${stream}`;
    const isNone = ({ err_code: code }: ApiRefusal): boolean => code === jetStreamCode.messageNotFound;
    const reply = await ask(connection, call, subject, query, doing, isNone);
    return reply?.message === undefined ? undefined : storedMessage(reply.message);
  };
  const subjectsFrom: StoredMessages['subjectsFrom'] = async (stream, filter, from, call) => {
    const doing = `listing the subjects of stream ${stream}`;
    const query = { subjects_filter: filter, offset: from };
    const reply = await ask(connection, call, `$JS.API.STREAM.INFO.${stream}`, query, doing, () => false);
    const page = Object.entries(reply?.state?.subjects ?? {});
    const end = from + page.length;
    const isMore = page.length > 0 && end < (reply?.total ?? end);
    return { subjects: new Map(page), next: isMore ? end : undefined };
  };
  const remove = async (
    stream: string,
    sequence: number,
    isErased: boolean,
    call: Call | undefined,
  ): Promise<boolean> => {
    const subject = `$JS.API.STREAM.MSG.DELETE.${stream}`;
    const doing = `removing message ${sequence} of stream ${stream}`;
    const query = { seq: sequence, no_erase: !isErased };
    const isGone = ({ description, err_code: code }: ApiRefusal): boolean => isMessageGone(code, description);
    const reply = await ask(connection, call, subject, query, doing, isGone);
    return reply?.success ?? false;
  };
  return {
    last: (stream, subject, call) => get(stream, { last_by_subj: subject }, call),
    next: (stream, subject, from, call) => get(stream, { seq: from, next_by_subj: subject }, call),
    subjects: async (stream, filter, limit, call) => {
      const found = new Map<string, number>();
      for (let from: number | undefined = 0; from !== undefined && from < limit; ) {
        const page = await subjectsFrom(stream, filter, from, call);
        for (const [subject, count] of page.subjects) found.set(subject, count);
        from = page.next;
      }
      return found;
    },
    subjectsFrom,
    maxPerSubject: async (stream) => {
      const doing = `reading the bounds of stream ${stream}`;
      const reply = await ask(connection, undefined, `$JS.API.STREAM.INFO.${stream}`, {}, doing, () => false);
      const bound = reply?.config?.max_msgs_per_subject ?? -1;
      return bound < 0 ? undefined : bound;
    },
    remove: (stream, sequence, call) => remove(stream, sequence, false, call),
    erase: (stream, sequence, call) => remove(stream, sequence, true, call),
  };
}

/** A request within the call's time, which ends at once when the connection is lost. Undefined for a refusal that was expected. */
async function ask(
  connection: Connection,
  call: Call | undefined,
  subject: string,
  query: object,
  doing: string,
  isExpected: (refusal: ApiRefusal) => boolean,
): Promise<Reply | undefined> {
  if (call !== undefined) throwIfUnwanted(call, doing);
  const leftMs = call === undefined ? Number.POSITIVE_INFINITY : remainingMs(call);
  const timeout = Math.max(1, Math.ceil(Math.min(timeoutMs, leftMs)));
  try {
    const sent = connection.nats().request(subject, encoder.encode(JSON.stringify(query)), { timeout });
    const reply = readReply(await unlessLost(sent, connection, call));
    if (reply.error === undefined) return reply;
    if (isExpected(reply.error)) return undefined;
    throw refused(reply.error);
  } catch (error) {
    if (call !== undefined && remainingMs(call) <= 0)
      throw new MeshError(
        'DEADLINE_PASSED_WAITING',
        `the deadline passed while ${doing}; give the call more time`,
      );
    throw toBusError(error, doing);
  }
}

function readReply({ data }: Msg): Reply {
  return JSON.parse(decoder.decode(data)) as Reply;
}

function storedMessage({ data, hdrs, seq, subject, time }: NonNullable<Reply['message']>): StoredMessage {
  return {
    subject,
    payload: Buffer.from(data ?? '', 'base64'),
    headers: hdrs === undefined ? {} : readHeaders(Buffer.from(hdrs, 'base64').toString()),
    sequence: seq,
    takenAtMs: Date.parse(time),
  };
}

/** The lines of a header block, "NATS/1.0" first. */
function readHeaders(block: string): MessageHeaders {
  const read = headers();
  for (const line of block.split('\r\n').slice(1)) {
    const at = line.indexOf(':');
    if (at > 0) read.append(line.slice(0, at), line.slice(at + 1).trim());
  }
  return fromNatsHeaders(read);
}
