import { spawn } from "node:child_process";
import { homedir } from "node:os";
import { createInterface } from "node:readline";

/** How long a program may take to end once it was asked to. It keeps what it has fetched, so that it can go on later. */
const GRACE = 10_000; // ms

/** How many lines of a program are kept to explain why it failed. */
const KEPT = 40;

export class Cancelled extends Error {}

export interface Options {
  readonly onLine?: (line: string) => void;
  readonly signal?: AbortSignal;
  readonly env?: NodeJS.ProcessEnv;
}

export interface Result {
  /** Null where a signal ended the program. */
  readonly code: number | null;
  /** The last lines on stdout and stderr together. */
  readonly lines: readonly string[];
}

/**
 * Runs a program to its end. Rejects with Cancelled after the signal, and with the system's error where the program can't
 * be started.
 */
export async function run(command: string, args: readonly string[], options: Options = {}): Promise<Result> {
  const { onLine = () => {}, signal, env } = options;
  if (signal?.aborted) throw new Cancelled();
  // In the user's home: a workspace must not put its own modules or libraries in the program's way.
  const child = spawn(command, args, {
    cwd: homedir(),
    env: env ?? process.env,
    stdio: ["ignore", "pipe", "pipe"],
    windowsHide: true,
  });
  const lines: string[] = [];
  const read = (line: string) => {
    lines.push(line);
    if (lines.length > KEPT) lines.shift();
    onLine(line);
  };
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on("line", read);
  let timer: NodeJS.Timeout | undefined;
  const end = () => {
    child.kill("SIGINT");
    timer = setTimeout(() => child.kill("SIGKILL"), GRACE);
  };
  signal?.addEventListener("abort", end);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    if (signal?.aborted) throw new Cancelled();
    return { code, lines };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", end);
  }
}
