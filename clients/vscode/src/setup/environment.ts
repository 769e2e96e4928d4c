import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { access, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Lock } from "./lock";
import type { Command } from "./pythons";
import { Cancelled, type Options, type Result, run } from "./run";

/** A sentence for the user: what failed, and why. */
export class SetupError extends Error {}

type Run = (command: string, args: readonly string[], options?: Options) => Promise<Result>;

export interface Sources {
  /** A folder with wheels of breadknife or of what it needs; undefined where there is none. */
  readonly wheels: string | undefined;
  /** The wheel of breadknife that is installed; undefined to take it from the package index. */
  readonly server: string | undefined;
  /** Take nothing from the network. */
  readonly isOffline: boolean;
}

/**
 * A Python environment of this extension's own, with one version of breadknife in it.
 *
 * All windows share the storage: one makes the environment while the others wait.
 */
export class Environment {
  readonly #storage: string;
  readonly #version: string;
  readonly #wheel: string | undefined;
  readonly #run: Run;
  readonly #isWindows: boolean;
  #folder: string | undefined;

  /** `wheel` is the one that came with the extension: another build of the same version gets another environment. */
  constructor(
    storage: string,
    version: string,
    wheel?: string,
    isWindows = process.platform === "win32",
    runProgram: Run = run,
  ) {
    this.#storage = storage;
    this.#version = version;
    this.#wheel = wheel;
    this.#isWindows = isWindows;
    this.#run = runProgram;
  }

  get folder(): string {
    if (!this.#folder) {
      const build = this.#wheel && createHash("sha256").update(readFileSync(this.#wheel)).digest("hex").slice(0, 8);
      this.#folder = join(this.#storage, ["server", this.#version, build].filter(Boolean).join("-"));
    }
    return this.#folder;
  }

  /** The program `breadknife`. */
  get program(): string {
    return this.#in("breadknife");
  }

  /** Whether it was made to its end. */
  async isReady(): Promise<boolean> {
    try {
      const kept = JSON.parse(await readFile(this.#sign, "utf8"));
      await access(this.program);
      return kept.version === this.#version;
    } catch {
      return false;
    }
  }

  /** Whether another version of this extension has made one: the user has agreed to that once. */
  async isUpdate(): Promise<boolean> {
    return (await this.#others()).length > 0;
  }

  /**
   * Makes it. What an earlier, cancelled attempt has fetched is used again: pip keeps it.
   *
   * Rejects with SetupError or Cancelled.
   */
  async make(python: Command, sources: Sources, report: (message: string) => void, signal: AbortSignal): Promise<void> {
    try {
      await mkdir(this.#storage, { recursive: true });
      const lock = await Lock.take(join(this.#storage, "setup.lock"), signal, () =>
        report("waiting for another window that is setting it up"),
      );
      try {
        if (!(await this.isReady())) await this.#make(python, sources, report, signal);
      } finally {
        await lock.release();
      }
    } catch (error) {
      if (!isSystemError(error)) throw error;
      const remedy = "Make that folder writable, or name a server in the setting breadknife.command.";
      throw new SetupError(`breadknife can't write to ${this.#storage}: ${error.code}. ${remedy}`);
    }
  }

  async #make(
    python: Command,
    sources: Sources,
    report: (message: string) => void,
    signal: AbortSignal,
  ): Promise<void> {
    await rm(this.#sign, { force: true });
    report("making a Python environment");
    const { code, lines } = await this.#start(
      python.command,
      [...python.args, "-I", "-m", "venv", "--clear", this.folder],
      signal,
    );
    if (code !== 0) throw new SetupError(`Python couldn't make an environment: ${lastWords(lines)}`);
    await this.#install(sources, report, signal);
    await writeFile(this.#sign, JSON.stringify({ version: this.#version }));
    for (const folder of await this.#others()) await rm(folder, { recursive: true, force: true });
  }

  async #install(
    { wheels, server, isOffline }: Sources,
    report: (message: string) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const links = wheels ? ["--find-links", wheels] : [];
    const attempts = [...(wheels || isOffline ? [["--no-index", ...links]] : []), ...(isOffline ? [] : [links])];
    let said = "";
    for (const options of attempts) {
      const arguments_ = [
        "-I",
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--no-input",
        "--progress-bar",
        "off",
      ];
      const { code, lines } = await this.#start(
        this.#in("python"),
        [...arguments_, ...options, server ?? `breadknife==${this.#version}`],
        signal,
        (line) => {
          const message = describePip(line);
          if (message) report(message);
        },
      );
      if (code === 0) return;
      said = lastWords(lines);
    }
    const remedy = isOffline ? " Offline, everything must be in the folder `wheels` of the extension." : "";
    throw new SetupError(`pip couldn't install breadknife: ${said}${remedy}`);
  }

  async #start(
    command: string,
    args: readonly string[],
    signal: AbortSignal,
    onLine?: (line: string) => void,
  ): Promise<Result> {
    try {
      return await this.#run(command, args, { signal, ...(onLine ? { onLine } : {}), env: withoutPython(process.env) });
    } catch (error) {
      if (error instanceof Cancelled) throw error;
      throw new SetupError(`${command} can't be started: ${error instanceof Error ? error.message : error}`);
    }
  }

  /** The folders of other versions. */
  async #others(): Promise<string[]> {
    const names = await readdir(this.#storage).catch(() => []);
    return names
      .filter((name) => name.startsWith("server-"))
      .map((name) => join(this.#storage, name))
      .filter((folder) => folder !== this.folder);
  }

  #in(program: string): string {
    return this.#isWindows ? join(this.folder, "Scripts", `${program}.exe`) : join(this.folder, "bin", program);
  }

  get #sign(): string {
    return join(this.folder, "complete.json");
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error && "syscall" in error;
}

/** Variables that would bring another Python's modules in. */
function withoutPython({ PYTHONPATH: _, PYTHONHOME: __, ...rest }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return rest;
}

/** A line of pip's for people; undefined for one that tells nothing. */
export function describePip(line: string): string | undefined {
  const collecting = /^Collecting ([\w.-]+)/.exec(line);
  if (collecting) return `looking for ${collecting[1]}`;
  const downloading = /^\s*(?:Downloading|Using cached|Processing) (?:.*[/\\])?([\w.]+)-.*?(\(.*\))?$/.exec(line);
  if (downloading) return ["fetching", downloading[1]?.replaceAll("_", "-"), downloading[2]].filter(Boolean).join(" ");
  return line.startsWith("Installing collected packages") ? "installing the packages" : undefined;
}

/** What a program said last: of pip's lines the first one that names an error. */
export function lastWords(lines: readonly string[]): string {
  const said = lines.filter((line) => line.trim());
  const error = said.find((line) => line.startsWith("ERROR:")) ?? said.at(-1) ?? "it didn't say why";
  return error.replace(/^ERROR:\s*/, "").trim();
}
