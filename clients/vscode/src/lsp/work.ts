import type { Progress } from "../setup/events";

interface Told {
  readonly kind: "begin" | "report" | "end";
  readonly title?: string;
  readonly message?: string;
  /** From 0 to 100. */
  readonly percentage?: number;
}

/** What the server says it is doing: the status bar shows the newest of it, in place of the editor's own progress bars. */
export class Work {
  readonly #bars = new Map<string | number, Progress>();
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get current(): Progress | undefined {
    return [...this.#bars.values()].at(-1);
  }

  take(token: string | number, { kind, title, message, percentage }: Told): void {
    if (kind === "end") this.#bars.delete(token);
    else {
      const before = this.#bars.get(token);
      this.#bars.set(token, {
        message: message ?? before?.message ?? title ?? "working",
        fraction: percentage === undefined ? before?.fraction : percentage / 100,
      });
    }
    this.#onChange();
  }

  clear(): void {
    if (this.#bars.size === 0) return;
    this.#bars.clear();
    this.#onChange();
  }
}
