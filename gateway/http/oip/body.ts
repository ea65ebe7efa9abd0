import type { IncomingHttpHeaders } from 'node:http';
import { promisify } from 'node:util';
import { gunzip, inflate, inflateRaw } from 'node:zlib';
import { invalidRequest, MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { headerLengthHeader } from './infer/infer-answer.ts';

const unpackers = {
  gzip: promisify(gunzip),
  deflate: promisify(inflate),
  'raw deflate': promisify(inflateRaw),
};

/** The body as it was before it was compressed; itself if it was not. Fails with MESSAGE_TOO_LARGE before it holds more than the limit. */
export async function unpackedBody(
  headers: IncomingHttpHeaders,
  body: unknown,
  maxBytes: number,
): Promise<Buffer> {
  const packed = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
  const encoding = (headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity' || encoding === '') return packed;
  if (encoding !== 'gzip' && encoding !== 'deflate')
    throw invalidRequest([
      { field: 'content-encoding', description: `is "${encoding.slice(0, 40)}"; gzip and deflate are known` },
    ]);
  // HTTP's deflate is zlib's format, whose first byte names method 8; some send the bare one.
  const isBare = encoding === 'deflate' && ((packed[0] ?? 0) & 15) !== 8;
  try {
    return await unpackers[isBare ? 'raw deflate' : encoding](packed, { maxOutputLength: maxBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw new MeshError(
        'MESSAGE_TOO_LARGE',
        `the body is larger than ${maxBytes} bytes once unpacked; SCOREMESH_MAX_MESSAGE_BYTES is the limit`,
      );
    throw invalidRequest([
      { field: 'body', description: `is not ${encoding} data: ${(error as Error).message}` },
    ]);
  }
}

/** The JSON of a body and the binary data behind it; undefined for a body without JSON, which is one input's content. */
export function splitBody(
  headers: IncomingHttpHeaders,
  body: Buffer,
): { readonly head: Buffer; readonly binary: Buffer } | undefined {
  const given = headers[headerLengthHeader];
  if (given === undefined) return { head: body, binary: body.subarray(body.length) };
  const text = String(given);
  const length = /^[0-9]{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!(length <= body.length))
    throw invalidRequest([
      {
        field: 'Inference-Header-Content-Length',
        description: `inference header size should be in range (0, ${body.length}), got: ${text.slice(0, 40)}`,
      },
    ]);
  if (length === 0) return undefined;
  return { head: body.subarray(0, length), binary: body.subarray(length) };
}
