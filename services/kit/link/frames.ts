import protobuf from 'protobufjs/minimal.js';

/**
 * The frames of scoremesh.link.v1.LinkService, read and written by hand because a generic codec would cost as much as the rest
 * of a hop. Field numbers are those of link_service.proto; a test compares the bytes with the generic codec's.
 */
const { Reader, Writer } = protobuf;

export interface LinkCall {
  readonly id: number;
  /** Place of the method in the hello. */
  readonly method: number;
  readonly timeoutUs: number;
  readonly request: Uint8Array;
  readonly traceparent: string;
  readonly tracestate: string;
  readonly principal: string;
}

export interface LinkReply {
  readonly id: number;
  readonly response: Uint8Array;
  /** A serialized google.rpc.Status; undefined for a response. */
  readonly error: Uint8Array | undefined;
}

export interface LinkHello {
  readonly version: number;
  readonly maxInFlight: number;
  readonly methods: readonly string[];
}

export interface RequestFrame {
  readonly calls: LinkCall[];
  /** Ids of calls whose caller went away. */
  readonly cancelled: number[];
  /** Ids of calls whose deadline passed. */
  readonly expired: number[];
}

export interface ResponseFrame {
  readonly replies: LinkReply[];
  readonly hello: LinkHello | undefined;
  readonly draining: boolean;
}

const empty = new Uint8Array(0);
const tag = (field: number, wireType: number): number => (field << 3) | wireType;
const varint = 0;
const delimited = 2;

export function encodeRequestFrame({ calls, cancelled, expired }: RequestFrame): Buffer {
  const writer = Writer.create();
  for (const call of calls) {
    writer.uint32(tag(1, delimited)).fork();
    writer.uint32(tag(1, varint)).uint32(call.id);
    if (call.method !== 0) writer.uint32(tag(2, varint)).uint32(call.method);
    writer.uint32(tag(3, varint)).uint32(call.timeoutUs);
    writer.uint32(tag(4, delimited)).bytes(call.request);
    if (call.traceparent !== '') writer.uint32(tag(5, delimited)).string(call.traceparent);
    if (call.tracestate !== '') writer.uint32(tag(6, delimited)).string(call.tracestate);
    if (call.principal !== '') writer.uint32(tag(7, delimited)).string(call.principal);
    writer.ldelim();
  }
  writeIds(writer, 2, cancelled);
  writeIds(writer, 3, expired);
  return writer.finish() as Buffer;
}

function writeIds(writer: protobuf.Writer, field: number, ids: readonly number[]): void {
  if (ids.length === 0) return;
  writer.uint32(tag(field, delimited)).fork();
  for (const id of ids) writer.uint32(id);
  writer.ldelim();
}

export function encodeResponseFrame({ replies, hello, draining }: ResponseFrame): Buffer {
  const writer = Writer.create();
  for (const reply of replies) {
    writer.uint32(tag(1, delimited)).fork();
    writer.uint32(tag(1, varint)).uint32(reply.id);
    if (reply.error === undefined) writer.uint32(tag(2, delimited)).bytes(reply.response);
    else writer.uint32(tag(3, delimited)).bytes(reply.error);
    writer.ldelim();
  }
  if (hello !== undefined) {
    writer.uint32(tag(2, delimited)).fork();
    writer.uint32(tag(1, varint)).uint32(hello.version);
    writer.uint32(tag(2, varint)).uint32(hello.maxInFlight);
    for (const method of hello.methods) writer.uint32(tag(3, delimited)).string(method);
    writer.ldelim();
  }
  if (draining) writer.uint32(tag(3, varint)).bool(true);
  return writer.finish() as Buffer;
}

/** Throws on bytes that are not a frame. Payloads are views of the frame's bytes. */
export function decodeRequestFrame(bytes: Buffer): RequestFrame {
  const frame: RequestFrame = { calls: [], cancelled: [], expired: [] };
  const reader = Reader.create(bytes);
  while (reader.pos < reader.len) {
    const key = reader.uint32();
    if (key === tag(1, delimited)) frame.calls.push(readCall(reader));
    else if (key === tag(2, delimited)) readIds(reader, frame.cancelled);
    else if (key === tag(3, delimited)) readIds(reader, frame.expired);
    else reader.skipType(key & 7);
  }
  return frame;
}

function readIds(reader: protobuf.Reader, ids: number[]): void {
  for (const end = reader.uint32() + reader.pos; reader.pos < end; ) ids.push(reader.uint32());
}

function readCall(reader: protobuf.Reader): LinkCall {
  const end = reader.uint32() + reader.pos;
  let id = 0;
  let method = 0;
  let timeoutUs = 0;
  let request: Uint8Array = empty;
  let traceparent = '';
  let tracestate = '';
  let principal = '';
  while (reader.pos < end) {
    const key = reader.uint32();
    if (key === tag(1, varint)) id = reader.uint32();
    else if (key === tag(2, varint)) method = reader.uint32();
    else if (key === tag(3, varint)) timeoutUs = reader.uint32();
    else if (key === tag(4, delimited)) request = reader.bytes();
    else if (key === tag(5, delimited)) traceparent = reader.string();
    else if (key === tag(6, delimited)) tracestate = reader.string();
    else if (key === tag(7, delimited)) principal = reader.string();
    else reader.skipType(key & 7);
  }
  return { id, method, timeoutUs, request, traceparent, tracestate, principal };
}

/** Throws on bytes that are not a frame. Payloads are views of the frame's bytes. */
export function decodeResponseFrame(bytes: Buffer): ResponseFrame {
  const replies: LinkReply[] = [];
  let hello: LinkHello | undefined;
  let draining = false;
  const reader = Reader.create(bytes);
  while (reader.pos < reader.len) {
    const key = reader.uint32();
    if (key === tag(1, delimited)) replies.push(readReply(reader));
    else if (key === tag(2, delimited)) hello = readHello(reader);
    else if (key === tag(3, varint)) draining = reader.bool();
    else reader.skipType(key & 7);
  }
  return { replies, hello, draining };
}

function readReply(reader: protobuf.Reader): LinkReply {
  const end = reader.uint32() + reader.pos;
  let id = 0;
  let response: Uint8Array = empty;
  let error: Uint8Array | undefined;
  while (reader.pos < end) {
    const key = reader.uint32();
    if (key === tag(1, varint)) id = reader.uint32();
    else if (key === tag(2, delimited)) response = reader.bytes();
    else if (key === tag(3, delimited)) error = reader.bytes();
    else reader.skipType(key & 7);
  }
  return { id, response, error };
}

function readHello(reader: protobuf.Reader): LinkHello {
  const end = reader.uint32() + reader.pos;
  let version = 0;
  let maxInFlight = 0;
  const methods: string[] = [];
  while (reader.pos < end) {
    const key = reader.uint32();
    if (key === tag(1, varint)) version = reader.uint32();
    else if (key === tag(2, varint)) maxInFlight = reader.uint32();
    else if (key === tag(3, delimited)) methods.push(reader.string());
    else reader.skipType(key & 7);
  }
  return { version, maxInFlight, methods };
}
