/** One piece of work of a round. */
interface Waiting<Item> {
  readonly item: Item;
  readonly order: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Round after round: what arrives while a round is on its way shares the next one. A lane over a store that is elsewhere is made
 * ready for all of them in one trip, and none changes it while another waits.
 */
export class Rounds<Item> {
  readonly #work: (items: readonly Item[]) => Promise<void>;
  #waiting: Waiting<Item>[] = [];
  #running = false;

  /** `work` makes ready what the items need; what each then does synchronously in `then` of `add` comes before the next round. */
  constructor(work: (items: readonly Item[]) => Promise<void>) {
    this.#work = work;
  }

  /** Runs `use` when the item's round is ready, before anything else touches it; in a round the lower `order` comes first. */
  add<Result>(item: Item, order: number, use: () => Result): Promise<Result> {
    return new Promise((resolve, reject) => {
      const finish = (): void => {
        try {
          resolve(use());
        } catch (error) {
          reject(error);
        }
      };
      this.#waiting.push({ item, order, resolve: finish, reject });
      if (!this.#running) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waiting.length > 0) {
      const round = this.#waiting;
      this.#waiting = [];
      try {
        await this.#work(round.map(({ item }) => item));
        for (const { resolve } of round.sort((a, b) => a.order - b.order)) resolve();
      } catch (error) {
        for (const { reject } of round) reject(error);
      }
    }
    this.#running = false;
  }
}
