import { type ClientHttp2Session, connect, type OutgoingHttpHeaders } from 'node:http2';

/** A gRPC message on the wire: uncompressed flag, length, bytes. */
export function framed(message: Uint8Array): Buffer {
  const frame = Buffer.alloc(5 + message.length);
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, 5);
  return frame;
}

/** Sends a framed message over a session and resolves with the gRPC status; '-1' if the stream ended without one. */
export function send(
  session: ClientHttp2Session,
  headers: OutgoingHttpHeaders,
  frame: Buffer,
): Promise<string> {
  return new Promise((resolve) => {
    let status = '-1';
    const stream = session.request({
      ':method': 'POST',
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    });
    const note = (answered: Record<string, unknown>): void => {
      if (typeof answered['grpc-status'] === 'string') status = answered['grpc-status'];
    };
    stream
      .on('response', note)
      .on('trailers', note)
      .on('close', () => resolve(status));
    // What went wrong shows in the status.
    stream.on('error', () => {}).resume();
    stream.end(frame);
  });
}

/** Fails unless one call is answered OK: load generators look at the HTTP status only, which is 200 for refusals too. */
export async function expectAnswer(port: number, path: string, message: Uint8Array): Promise<void> {
  const session = connect(`http://127.0.0.1:${port}`);
  try {
    const status = await send(session, { ':path': path, 'grpc-timeout': '20S' }, framed(message));
    if (status !== '0')
      throw new Error(`${path} on port ${port} is answered with gRPC status ${status}, not 0`);
  } finally {
    session.close();
  }
}
