import type { Table } from './environment.ts';
import { readJson, writeJson } from './json-records.ts';

const prefix = 'stream:';

/** Short numbers for the names of streams, kept for ever. */
export class StreamNumbers {
  readonly #meta: Table;
  readonly #numbers = new Map<string, number>();
  #unsaved: string[] = [];
  /** How many of these the transaction under way has. */
  #saving = 0;

  constructor(meta: Table) {
    this.#meta = meta;
    for (const { name, value } of readJson<number>(meta, prefix)) this.#set(name, value);
  }

  /** A new one must be saved with what is stored under it. */
  of(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    const number = this.#numbers.size + 1;
    this.#set(name, number);
    this.#unsaved.push(name);
    return number;
  }

  known(name: string): number | undefined {
    return this.#numbers.get(name);
  }

  /** How many puts `save` makes. */
  get unsaved(): number {
    return this.#unsaved.length;
  }

  /** Within a transaction; `saved` once it is durable. */
  save(): void {
    this.#saving = this.#unsaved.length;
    for (const name of this.#unsaved) writeJson(this.#meta, prefix + name, this.#numbers.get(name));
  }

  saved(): void {
    this.#unsaved = this.#unsaved.slice(this.#saving);
  }

  #set(name: string, number: number): void {
    this.#numbers.set(name, number);
  }
}
