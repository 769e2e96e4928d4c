/** Notices a server that has stopped answering, without asking one that has nothing to do. */

export interface Times {
  /** A request that waits longer is reason to ask whether the server still answers. */
  readonly late: number; // ms
  /** How long the answer to that may take. */
  readonly patience: number; // ms
}

export const TIMES: Times = { late: 4_000, patience: 6_000 };

export interface Listener {
  /** Asks the server for anything. Any answer will do, an error too. */
  ping(): Promise<unknown>;
  onHung(): void;
  onAlive(): void;
}

/**
 * Counts the requests that wait. Work may take long, and a model's does; but a server that works still answers a ping.
 */
export class Pulse {
  readonly #listener: Listener;
  readonly #times: Times;
  #waiting = 0;
  #timer: NodeJS.Timeout | undefined;
  #isHung = false;

  constructor(listener: Listener, times: Times = TIMES) {
    this.#listener = listener;
    this.#times = times;
  }

  /** Carries a request out, and watches whether it is answered. */
  async during<T>(request: () => Promise<T>): Promise<T> {
    this.#waiting++;
    this.#timer ??= setTimeout(() => void this.#ask(), this.#times.late);
    try {
      return await request();
    } finally {
      this.#waiting--;
      this.#answered();
    }
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = Number.NEGATIVE_INFINITY; // No answer starts the clock again.
  }

  /** Anything that comes from the server shows that it is alive, also what it says by itself. */
  #answered(): void {
    clearTimeout(this.#timer);
    this.#timer = this.#waiting > 0 ? setTimeout(() => void this.#ask(), this.#times.late) : undefined;
    if (!this.#isHung) return;
    this.#isHung = false;
    this.#listener.onAlive();
  }

  async #ask(): Promise<void> {
    this.#timer = setTimeout(() => {
      this.#isHung = true;
      this.#listener.onHung();
    }, this.#times.patience);
    await this.#listener.ping().catch(() => {});
    if (this.#timer || this.#isHung) this.#answered();
  }
}
