import type { Environment, Table } from './environment.ts';
import type { StoredDeclaration } from './feature-store.ts';
import { readJson, writeJson } from './json-records.ts';

interface DeclarationRecord extends StoredDeclaration {
  /** Place in the order in which they were added. */
  readonly place: number;
}

/** Declarations that ever were in force, in the order in which they came first. */
export class DeclarationTable {
  readonly #environment: Environment;
  readonly #table: Table;

  constructor(environment: Environment) {
    this.#environment = environment;
    this.#table = environment.table('declarations');
  }

  all(): StoredDeclaration[] {
    return this.#records().map(({ kind, name, digest, json }) => ({ kind, name, digest, json }));
  }

  /** One that is there already stays where it is. */
  async add(added: readonly StoredDeclaration[]): Promise<void> {
    const records = this.#records();
    const known = new Set(records.map(nameOf));
    const fresh = added.filter((declaration) => {
      const name = nameOf(declaration);
      return !known.has(name) && known.add(name);
    });
    if (fresh.length === 0) return;
    const from = (records.at(-1)?.place ?? 0) + 1;
    const bytes = fresh.reduce((sum, { json }) => sum + 2 * json.length, 0);
    await this.#environment.write(fresh.length, bytes, () => {
      for (const [offset, declaration] of fresh.entries())
        writeJson(this.#table, nameOf(declaration), { ...declaration, place: from + offset });
    });
  }

  #records(): DeclarationRecord[] {
    return readJson<DeclarationRecord>(this.#table, '')
      .map(({ value }) => value)
      .sort((a, b) => a.place - b.place);
  }
}

function nameOf({ kind, name, digest }: StoredDeclaration): string {
  return `${kind}\0${name}\0${digest}`;
}
