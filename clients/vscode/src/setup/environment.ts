import { access, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "./pythons";
import { Cancelled, type Options, type Result, run } from "./run";

/** A sentence for the user: what failed, and why. */
export class SetupError extends Error {}

type Run = (command: string, args: readonly string[], options?: Options) => Promise<Result>;

export interface Sources {
  /** A folder with wheels of breadknife and, maybe, of what it needs; undefined where there is none. */
  readonly wheels: string | undefined;
  /** Take nothing from the network. */
  readonly isOffline: boolean;
}

/** A Python environment of this extension's own, with one version of breadknife in it. */
export class Environment {
  readonly folder: string;
  readonly #storage: string;
  readonly #version: string;
  readonly #run: Run;
  readonly #isWindows: boolean;

  constructor(storage: string, version: string, isWindows = process.platform === "win32", runProgram: Run = run) {
    this.#storage = storage;
    this.#version = version;
    this.#isWindows = isWindows;
    this.#run = runProgram;
    this.folder = join(storage, `server-${version}`);
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
    await mkdir(this.#storage, { recursive: true });
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
    { wheels, isOffline }: Sources,
    report: (message: string) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const links = wheels ? ["--find-links", wheels] : [];
    const attempts = [...(wheels || isOffline ? [["--no-index", ...links]] : []), ...(isOffline ? [] : [links])];
    let said = "";
    for (const options of attempts) {
      const arguments_ = ["-I", "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--progress-bar", "off"];
      const { code, lines } = await this.#start(
        this.#in("python"),
        [...arguments_, ...options, `breadknife==${this.#version}`],
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
