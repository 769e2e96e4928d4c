import { createInterface, type Interface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout } from "node:timers/promises";

/** What a process says on stderr: every line goes to the log, and the last one explains the process's end. */
export class LastWords {
  #line = "";
  #lines: Interface | undefined;
  #ended: Promise<void> = Promise.resolve();

  follow(stderr: Readable, log: (line: string) => void): void {
    this.#line = "";
    const lines = createInterface({ input: stderr });
    this.#lines = lines;
    lines.on("line", (line) => {
      log(line);
      if (lines !== this.#lines) return; // of the process before, which still writes while it ends
      // From the first letter to the last mark of a sentence: without the frame that command line libraries draw.
      this.#line = /\p{L}.*[\p{L}\p{N}\p{P}]/u.exec(line)?.[0] ?? this.#line;
    });
    this.#ended = new Promise((resolve) => lines.once("close", resolve));
  }

  /** Empty when it said nothing. */
  async read(): Promise<string> {
    // A child of the process may keep the pipe open: don't wait for it longer than a second.
    await Promise.race([this.#ended, setTimeout(1000, undefined, { ref: false })]);
    return this.#line;
  }
}
