/** What `breadknife setup --json` prints: one JSON object a line. */

export interface SetupEvent {
  /** `engine`, `model:NAME`, `languagetool` or `editor:NAME`. */
  readonly part: string;
  readonly state: "running" | "done" | "failed" | "skipped";
  readonly message: string;
  /** Of this part, from 0 to 1; null where nobody can tell. */
  readonly fraction: number | null;
  readonly bytes_done: number | null;
  readonly bytes_total: number | null;
}

const STATES = new Set(["running", "done", "failed", "skipped"]);

/** Undefined for a line that is no event. */
export function parseEvent(line: string): SetupEvent | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { part, state, message, fraction, bytes_done, bytes_total } = value as Record<string, unknown>;
  if (typeof part !== "string" || typeof message !== "string" || !STATES.has(String(state))) return undefined;
  return {
    part,
    state: state as SetupEvent["state"],
    message,
    fraction: number(fraction),
    bytes_done: number(bytes_done),
    bytes_total: number(bytes_total),
  };
}

const number = (value: unknown) => (typeof value === "number" && Number.isFinite(value) ? value : null);

/** How far all the parts are together. */
export interface Progress {
  /** What is being done, such as `qwen2.5-coder-0.5b: 212 MB of 491 MB`. */
  readonly message: string;
  /** From 0 to 1; undefined where nobody can tell. */
  readonly fraction: number | undefined;
}

/** The parts of one run; parts that aren't heard of yet count as not begun. */
export class Parts {
  readonly #events = new Map<string, SetupEvent>();

  constructor(events: Iterable<SetupEvent> = []) {
    for (const event of events) this.take(event);
  }

  take(event: SetupEvent): void {
    const before = this.#events.get(event.part);
    // A last event may leave the size out: it is still needed for the sum.
    this.#events.set(event.part, { ...event, bytes_total: event.bytes_total ?? before?.bytes_total ?? null });
  }

  get(part: string): SetupEvent | undefined {
    return this.#events.get(part);
  }

  /**
   * Of the parts with these names. A part counts by its size, and one of unknown size as much as a megabyte; one that is
   * skipped hasn't begun.
   */
  progress(names: readonly string[]): Progress {
    const events = names.map((name) => this.#events.get(name)).filter((event) => event !== undefined);
    const running = events.filter(({ state }) => state === "running");
    let total = 0;
    let done = 0;
    for (const { state, fraction, bytes_total } of events) {
      const size = bytes_total || 1e6;
      total += size;
      if (state === "done" || state === "failed") done += size;
      else if (state === "running") done += size * (fraction ?? 0);
    }
    const isKnown = running.some(({ fraction }) => fraction !== null);
    return { message: running[0] ? describe(running[0]) : "starting", fraction: isKnown ? done / total : undefined };
  }
}

/** An event for people: what is done, and how much of it. */
export function describe({ message, bytes_done, bytes_total }: SetupEvent): string {
  if (bytes_done === null || !bytes_total) return message;
  return `${message}, ${megabytes(bytes_done)} of ${megabytes(bytes_total)}`;
}

export function megabytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`;
}
