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

/** What is known of each part. */
export class Parts {
  readonly #events = new Map<string, SetupEvent>();

  constructor(events: Iterable<SetupEvent> = []) {
    for (const event of events) this.take(event);
  }

  take(event: SetupEvent): void {
    this.#events.set(event.part, event);
  }

  get(part: string): SetupEvent | undefined {
    return this.#events.get(part);
  }

  /** Those of these names that aren't here. */
  missing(names: readonly string[]): string[] {
    return names.filter((name) => this.#events.get(name)?.state !== "done");
  }

  /** What is still to be fetched for these names, in bytes. */
  bytes(names: readonly string[]): number {
    return this.missing(names).reduce((sum, name) => sum + (this.#events.get(name)?.bytes_total ?? 0), 0);
  }
}

/** How far one run is: it never goes back. */
export class Run {
  readonly #sizes: ReadonlyMap<string, number>;
  readonly #fractions = new Map<string, number>();
  readonly #running = new Map<string, SetupEvent>();
  #isKnown = false;

  /**
   * `looked` is what there was before. A part counts by what is to be fetched for it, and one of unknown size as much as
   * a megabyte; what is here already doesn't count.
   */
  constructor(looked: Parts, names: readonly string[]) {
    this.#sizes = new Map(looked.missing(names).map((name) => [name, looked.get(name)?.bytes_total || 1e6]));
  }

  take(event: SetupEvent): Progress {
    const { part, state, fraction } = event;
    if (state === "running") this.#running.set(part, event);
    else this.#running.delete(part);
    this.#isKnown ||= fraction !== null;
    const now = state === "running" ? (fraction ?? 0) : 1;
    this.#fractions.set(part, Math.max(this.#fractions.get(part) ?? 0, Math.min(now, 1)));
    const [first] = this.#running.values();
    return { message: first ? describe(first) : "starting", fraction: this.#isKnown ? this.#fraction() : undefined };
  }

  #fraction(): number {
    let total = 0;
    let done = 0;
    for (const [part, size] of this.#sizes) {
      total += size;
      done += size * (this.#fractions.get(part) ?? 0);
    }
    return total > 0 ? done / total : 1;
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
