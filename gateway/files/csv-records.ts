import { open } from 'node:fs/promises';
import type { TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CsvError, type Options, Parser } from 'csv-parse';
import { fileFault, unreadable } from './table.ts';

const maxChunkBytes = 256 * 1024;
/** Where reading begins again there may soon be the next fault, and what lies behind that one is read in vain. */
const firstChunkBytes = 4 * 1024;
/** Longer records are a quote that is never closed. */
const maxRecordBytes = 16 * 1024 * 1024;

const lineFeed = 10;
const carriageReturn = 13;

const always = {
  skip_empty_lines: true,
  raw: true,
  // The reader counts cells, and knows the header.
  relax_column_count: true,
  max_record_size: maxRecordBytes,
} satisfies Options;

/** What csv-parse gives with `raw`. */
interface Parsed {
  readonly record: readonly string[];
  readonly raw: string;
}

/** A record, or a line that is the beginning of none. */
export type CsvRecord =
  | { readonly line: number; readonly cells: readonly string[]; readonly raw: string }
  | { readonly line: number; readonly fault: string };

/** Where a record can't be read on. */
interface Stop {
  readonly fault: string;
  /** Records before it. */
  readonly records: number;
  /** What ends a line, as in the first one. */
  readonly lineEnd: Buffer;
}

const faults: Readonly<Record<string, string>> = {
  CSV_INVALID_CLOSING_QUOTE: 'has a quote behind which neither a comma nor the end of the line stands',
  INVALID_OPENING_QUOTE: 'has a quote within a cell that begins without one',
  CSV_QUOTE_NOT_CLOSED: 'has a quote that is never closed',
  CSV_MAX_RECORD_SIZE: `has a quote that is not closed within ${maxRecordBytes / 2 ** 20} MiB`,
};

/**
 * The records of a file, the header among them. A quote that is out of place costs the line in which its record begins and no more: else
 * one that is never closed would swallow what follows. Costs reading the part since the last such line a second time, because the parser
 * does not tell where a record began.
 */
export async function* csvRecords(
  path: string,
  onRead: (bytes: number) => void,
): AsyncGenerator<CsvRecord, void> {
  let start = 0;
  let lines = 0;
  let options: Options = { bom: true };
  for (;;) {
    const pass = parsedFrom(path, start, options, onRead);
    let next = await pass.next();
    try {
      for (; !next.done; next = await pass.next()) {
        const { raw, record } = next.value;
        const [before = ''] = /^[\r\n]*/.exec(raw) ?? [];
        yield { line: lines + lineEndsIn(before) + 1, cells: record, raw };
        lines += lineEndsIn(raw);
      }
    } finally {
      await pass.return(undefined);
    }
    const stop = next.value;
    if (stop === undefined) return;
    const { fault, lineEnd, records } = stop;
    // Its lines end with two bytes, which are not where one of them is found.
    if (lineEnd.includes(0))
      throw fileFault(path, 'is UTF-16 and has a quote out of place; write it as UTF-8 to read on behind it');
    const bad = await lineAt(path, await endOf(path, start, options, records), lineEnd);
    lines += bad.linesBefore + 1;
    yield { line: lines, fault };
    start = bad.end;
    options = { record_delimiter: [lineEnd] };
  }
}

/** The records from a byte on, up to where one can't be read. */
async function* parsedFrom(
  path: string,
  start: number,
  options: Options,
  onRead: (bytes: number) => void,
): AsyncGenerator<Parsed, Stop | undefined> {
  const parser = new EndingParser({ ...options, ...always });
  let readBytes = start;
  const chunks = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of chunksFrom(path, start)) {
      if (parser.error !== undefined) return;
      readBytes += chunk.length;
      yield chunk;
    }
  };
  // Errors of either end the loop below; it closes both.
  const flow = pipeline(chunks, parser).catch(() => {});
  let records = 0;
  try {
    for await (const parsed of parser) {
      // Bytes before what waits in the parser: near enough for a bar.
      if (records++ % 256 === 0) onRead(readBytes);
      yield parsed;
    }
  } catch (failure) {
    throw unreadable(path, failure);
  } finally {
    parser.destroy();
    await flow;
  }
  const { error } = parser;
  if (error === undefined) return undefined;
  const [lineEnd = '\n'] = [parser.options.record_delimiter].flat();
  return { fault: faults[error.code] ?? error.code, records, lineEnd: Buffer.from(lineEnd) };
}

/** Ends at an error. One that a stream fails with takes away the records before it that nobody has taken yet. */
class EndingParser extends Parser {
  error: CsvError | undefined;

  override _transform(chunk: Buffer, encoding: BufferEncoding, done: TransformCallback): void {
    super._transform(chunk, encoding, (error) => this.#endWith(error, done));
  }

  override _flush(done: TransformCallback): void {
    super._flush((error) => this.#endWith(error, done));
  }

  #endWith(error: Error | null | undefined, done: TransformCallback): void {
    const isEnd = error instanceof CsvError;
    if (isEnd) {
      this.error = error;
      this.push(null);
    }
    done(isEnd ? undefined : error);
  }
}

async function* chunksFrom(path: string, start: number): AsyncGenerator<Buffer, void> {
  const file = await open(path);
  try {
    let sizeBytes = start === 0 ? maxChunkBytes : firstChunkBytes;
    for (let at = start; ; sizeBytes = Math.min(2 * sizeBytes, maxChunkBytes)) {
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(sizeBytes), 0, sizeBytes, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** The byte behind so many records. */
async function endOf(path: string, start: number, options: Options, records: number): Promise<number> {
  let end = start;
  const note: Options = {
    on_record: (parsed, info) => {
      if (info.records === records) end = start + info.bytes;
      return parsed;
    },
  };
  // Up to where the pass before came.
  for await (const _ of parsedFrom(path, start, { ...options, ...note }, () => {}));
  return end;
}

/** The first line from a byte on that is not empty. */
async function lineAt(
  path: string,
  start: number,
  lineEnd: Buffer,
): Promise<{ readonly end: number; readonly linesBefore: number }> {
  const lastByte = lineEnd.at(-1) ?? lineFeed;
  let end = start;
  let linesBefore = 0;
  let isEmpty = true;
  for await (const chunk of chunksFrom(path, start)) {
    let at = 0;
    for (; isEmpty && at < chunk.length; at++) {
      isEmpty = chunk[at] === lineFeed || chunk[at] === carriageReturn;
      if (chunk[at] === lastByte) linesBefore += 1;
    }
    const found = isEmpty ? -1 : chunk.indexOf(lastByte, at);
    if (found >= 0) return { end: end + found + 1, linesBefore };
    end += chunk.length;
  }
  return { end, linesBefore };
}

/** Of what csv-parse calls raw, which has only the first character of the end of a line. */
function lineEndsIn(raw: string): number {
  return raw.match(/\r\n?|\n/g)?.length ?? 0;
}
