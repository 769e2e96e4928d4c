import { open, rm, stat, utimes } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { Cancelled } from "./run";

/** How often who holds a lock shows that it is still there, and others look whether it is. */
const BEAT = 1_000; // ms

/** A lock whose holder hasn't shown itself for so long is of a window that crashed. */
const STALE = 20_000; // ms

/** A file that one window at a time holds. Its time of change is its holder's last sign of life. */
export class Lock {
  readonly #path: string;
  readonly #timer: NodeJS.Timeout;

  private constructor(path: string) {
    this.#path = path;
    this.#timer = setInterval(() => void touch(path), BEAT);
    this.#timer.unref();
  }

  /**
   * Takes the lock as soon as no other window holds it. `onWait` is called once if one does.
   *
   * Rejects with Cancelled after the signal, and with the system's error if the file can't be written.
   */
  static async take(path: string, signal: AbortSignal, onWait: () => void = () => {}): Promise<Lock> {
    for (let isFirst = true; ; isFirst = false) {
      if (signal.aborted) throw new Cancelled();
      if (await create(path)) return new Lock(path);
      if (await isStale(path)) await rm(path, { force: true });
      else {
        if (isFirst) onWait();
        await sleep(BEAT, undefined, { signal }).catch(() => {});
      }
    }
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    await rm(this.#path, { force: true });
  }
}

/** Returns false if the file is there already. */
async function create(path: string): Promise<boolean> {
  try {
    await (await open(path, "wx")).close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

async function isStale(path: string): Promise<boolean> {
  try {
    return Date.now() - (await stat(path)).mtimeMs > STALE;
  } catch {
    return false; // It has been released meanwhile.
  }
}

async function touch(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch(() => {});
}
