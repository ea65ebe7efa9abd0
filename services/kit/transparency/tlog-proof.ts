import { type Checkpoint, parseCheckpoint } from './checkpoint.ts';
import { hashBytes } from './merkle-hash.ts';
import { type Note, parseNote } from './note.ts';
import { malformed } from './proof-fault.ts';
import { bytesOfBase64, numberOfDecimal } from './text-forms.ts';

/** A proof that an entry is in a log, to be checked offline (c2sp.org/tlog-proof). */
export interface TlogProof {
  /** Not signed: the leaf hash, in our receipts. */
  readonly extra: Buffer | undefined;
  readonly index: number;
  /** From the leaf's sibling up. */
  readonly hashes: readonly Buffer[];
  readonly checkpoint: Checkpoint;
  /** The checkpoint with its signatures. */
  readonly note: Note;
}

const firstLine = 'c2sp.org/tlog-proof@v1';
/** A tree has less than 2^63 leaves. */
const maxHashes = 63;
/** 100 signatures and more fit; a receipt has one to three thousand. */
const maxLength = 1024 * 1024;

/** The text of a proof. `leaf` in Base 64, `path` with one hash a line, `checkpoint` the whole signed note. */
export function tlogProofText(leaf: string, index: number, path: string, checkpoint: string): string {
  return `${firstLine}\nextra ${leaf}\nindex ${index}\n${path}\n${checkpoint}`;
}

/** One hash a line, as proofs have them. */
export function hashLines(hashes: readonly Buffer[]): string {
  return hashes.map((hash) => `${hash.toString('base64')}\n`).join('');
}

/** Reads a proof. PROOF_INVALID if it is malformed; nothing of it is verified. */
export function parseTlogProof(text: string): TlogProof {
  if (text.length > maxLength) throw malformed(1, `more than ${maxLength} characters`);
  const reader = new LineReader(text);
  if (reader.next() !== firstLine) throw malformed(1, `it does not begin with ${firstLine}`);
  let line = reader.next();
  let extra: Buffer | undefined;
  if (line.startsWith('extra ')) {
    extra = bytesOfBase64(line.slice('extra '.length));
    if (extra === undefined) throw malformed(reader.line, 'the extra data are not in Base 64');
    line = reader.next();
  }
  const index = line.startsWith('index ') ? numberOfDecimal(line.slice('index '.length)) : undefined;
  if (index === undefined) throw malformed(reader.line, 'no index');
  const hashes: Buffer[] = [];
  for (line = reader.next(); line !== ''; line = reader.next()) {
    const hash = bytesOfBase64(line);
    if (hash?.length !== hashBytes) throw malformed(reader.line, 'no hash in Base 64');
    if (hashes.push(hash) > maxHashes) throw malformed(reader.line, `more than ${maxHashes} hashes`);
  }
  const start = reader.line + 1;
  const note = parseNote(reader.rest(), start);
  return { extra, index, hashes, note, checkpoint: parseCheckpoint(note.text, start) };
}

class LineReader {
  readonly #text: string;
  #at = 0;
  /** Number of the line that was read last. */
  line = 0;

  constructor(text: string) {
    this.#text = text;
  }

  next(): string {
    const end = this.#text.indexOf('\n', this.#at);
    this.line++;
    if (end === -1) throw malformed(this.line, 'it ends here');
    const line = this.#text.slice(this.#at, end);
    this.#at = end + 1;
    return line;
  }

  rest(): string {
    return this.#text.slice(this.#at);
  }
}
