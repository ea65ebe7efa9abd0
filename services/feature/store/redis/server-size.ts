import type { Connection } from './connection.ts';
import { infoOf } from './server-check.ts';

/** What the server has in memory, as of a moment ago: each question for it brings the next answer up to date. */
export class ServerSize {
  readonly #connection: Connection;
  #bytes = 0;
  #refreshing: Promise<void> | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  bytes(): number {
    this.#refreshing ??= this.refresh()
      .catch(() => {})
      .finally(() => {
        this.#refreshing = undefined;
      });
    return this.#bytes;
  }

  async refresh(): Promise<void> {
    this.#bytes = Number(infoOf(await this.#connection.info('memory')).get('used_memory') ?? 0);
  }
}
