import { execFile } from "node:child_process";
import { homedir } from "node:os";
import { createInterface } from "node:readline";
import { instead, type Program } from "../server/program";

/** What a command of `breadknife` printed. */
export interface Printed {
  readonly code: number;
  readonly stdout: string;
  /** Its notices, one a line; the last one says why it failed. */
  readonly notices: readonly string[];
}

export interface Options {
  readonly signal?: AbortSignal;
  /** Called with each notice as it comes. */
  readonly onNotice?: (line: string) => void;
  /** What it reads from standard input. */
  readonly input?: string;
}

/** The most that a command may print. Null findings have about 500 bytes each. */
const MOST = 100_000_000; // bytes

/** The user has stopped it. */
export class Stopped extends Error {}

/** Rejects with Stopped, or with an error where the program can't be started. */
export type Cli = (args: readonly string[], options?: Options) => Promise<Printed>;

/** Runs commands of the same program that is the server. `program` is the one that was started last. */
export function commandLine(program: () => Program | undefined, isOffline: () => boolean): Cli {
  return (args, { signal, onNotice = () => {}, input } = {}) => {
    const known = program();
    const given = known && instead(known, isOffline() ? ["--offline", ...args] : args);
    if (!known || !given) return Promise.reject(new Error("The program in breadknife.command can't do this."));
    return new Promise((resolve, reject) => {
      // In the user's home: a workspace must not put its own modules in the program's way.
      const options = { cwd: homedir(), maxBuffer: MOST, windowsHide: true, ...(signal ? { signal } : {}) };
      const child = execFile(known.command, given, options, (error, stdout, stderr) => {
        const notices = stderr.split("\n").map(bare);
        if (signal?.aborted) reject(new Stopped());
        else if (error && typeof error.code !== "number") reject(error);
        else resolve({ code: Number(error?.code ?? 0), stdout, notices: notices.filter(Boolean) });
      });
      if (input !== undefined) {
        child.stdin?.on("error", () => {}); // it may have ended before it has read all
        child.stdin?.end(input);
      }
      if (child.stderr) createInterface({ input: child.stderr }).on("line", (line) => onNotice(bare(line)));
    });
  };
}

/** A notice without the words that tell a terminal whose it is. */
function bare(line: string): string {
  return line.trim().replace(/^(?:breadknife: |Error: )/, "");
}

/** Operands as such, whatever they begin with. */
export function withDashes(operands: readonly string[]): string[] {
  return operands.length > 0 ? ["--", ...operands] : [];
}

/** What the command printed as JSON. Rejects with its last notice where it failed. */
export async function json<T>(cli: Cli, command: readonly string[], operands: readonly string[] = []): Promise<T> {
  const { code, stdout, notices } = await cli([...command, "--json", ...withDashes(operands)]);
  if (code > 1) throw new Error(notices.at(-1) ?? `breadknife ${command.join(" ")} failed (exit code ${code}).`);
  return JSON.parse(stdout) as T;
}
