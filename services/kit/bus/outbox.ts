/**
 * Sends what one turn of the event loop has to say in one write. The client writes after each microtask that published something, and a write
 * costs more than all else of a small message.
 */
export class Outbox {
  #sends: (() => void)[] = [];
  #turn: Promise<void> | undefined;

  /** Resolves at the end of this turn, for all who wait at once: what they publish before they wait for anything else goes in one write. */
  turn(): Promise<void> {
    this.#turn ??= new Promise((resolve) => {
      setImmediate(() => {
        const sends = this.#sends;
        this.#sends = [];
        this.#turn = undefined;
        // First, because those who wait for it go on before the client writes what is published here.
        resolve();
        for (const send of sends) attempt(send);
      });
    });
    return this.#turn;
  }

  /** Publishes at the end of this turn, without an answer: it may be lost, as when the connection is. */
  add(send: () => void): void {
    this.#sends.push(send);
    void this.turn();
  }
}

function attempt(send: () => void): void {
  try {
    send();
  } catch {
    // The connection was closed in this turn. What counts is acknowledged, and sent otherwise.
  }
}
