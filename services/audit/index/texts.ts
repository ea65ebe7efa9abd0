import type { EventName } from './facts.ts';

/** The number of a text that is kept nowhere: whoever looks for it reads the record. */
export const unknownText = 0xff_ffff;
/** The number of the empty text. */
const emptyText = 0;

/** Names of models, principals and decisions that are numbered: a few MB of memory. Real ones are far fewer. */
const maxTexts = 65_536;
/** Of them, those that only refused requests had: callers can make them up. */
const maxRefusedTexts = 4096;
/** No name is longer. */
const maxTextLength = 256;

/** Numbers for the texts that records have, in the order in which the log has them first; hence the same ones whenever it is read. */
export class Texts {
  readonly #numbers = new Map<string, number>();
  readonly #texts: string[] = [''];
  #refused = 0;
  /** Numbered since the last `keep`. */
  #fresh: { readonly text: string; readonly isRefused: boolean }[] = [];

  /** From what was kept before, in order of number. */
  constructor(kept: Iterable<Buffer>) {
    for (const row of kept) this.#add(row.toString('utf8', 1), row[0] === 1);
  }

  /** The number of a text of a record about this event. */
  numberFor(text: string, event: EventName | ''): number {
    if (text === '') return emptyText;
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const isRefused = event === 'refusal' || event === 'refusal_summary';
    if (text.length > maxTextLength || this.#texts.length > maxTexts) return unknownText;
    if (isRefused && this.#refused >= maxRefusedTexts) return unknownText;
    this.#fresh.push({ text, isRefused });
    return this.#add(text, isRefused);
  }

  /** The number of a text; undefined if it has none. */
  find(text: string): number | undefined {
    return text === '' ? emptyText : this.#numbers.get(text);
  }

  /** What was numbered since the last call, as it is to be kept. */
  fresh(): { readonly key: Buffer; readonly value: Buffer }[] {
    const first = this.#texts.length - this.#fresh.length;
    return this.#fresh.map(({ text, isRefused }, at) => {
      const key = Buffer.allocUnsafe(4);
      key.writeUInt32BE(first + at);
      return { key, value: Buffer.concat([Buffer.from([isRefused ? 1 : 0]), Buffer.from(text)]) };
    });
  }

  /** What `fresh` told is kept. */
  keep(): void {
    this.#fresh = [];
  }

  /** What `fresh` told could not be kept: the numbers are given again. */
  forget(): void {
    for (const { text, isRefused } of this.#fresh) {
      this.#numbers.delete(text);
      if (isRefused) this.#refused -= 1;
    }
    this.#texts.length -= this.#fresh.length;
    this.#fresh = [];
  }

  #add(text: string, isRefused: boolean): number {
    const number = this.#texts.length;
    this.#numbers.set(text, number);
    this.#texts.push(text);
    if (isRefused) this.#refused += 1;
    return number;
  }
}
