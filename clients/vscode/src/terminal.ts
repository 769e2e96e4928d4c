import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type { EnvironmentVariableCollection } from "vscode";

/**
 * Makes `breadknife` a command of the editor's terminals while the server is the one that this extension has set up.
 *
 * PATH gets a folder with that one command: the environment's own folder has `python` and `pip`, too, which would stand
 * before the user's.
 */
export class Terminal {
  readonly #variables: EnvironmentVariableCollection;
  readonly #folder: string;
  readonly #isWindows: boolean;
  #turn: Promise<void> = Promise.resolve();

  /** `storage`: a folder of this extension's own. */
  constructor(variables: EnvironmentVariableCollection, storage: string, isWindows = process.platform === "win32") {
    this.#variables = variables;
    this.#folder = join(storage, "bin");
    this.#isWindows = isWindows;
  }

  /** Let terminals that are opened from now on find `program`; none of ours if it is undefined. */
  offer(program: string | undefined): Promise<void> {
    this.#turn = this.#turn.then(() => (program ? this.#add(program) : this.#remove())).catch(() => this.#remove());
    return this.#turn;
  }

  async #add(program: string): Promise<void> {
    const [name, text] = this.#isWindows
      ? ["breadknife.cmd", `@"${program.replaceAll("%", "%%")}" %*\r\n`]
      : ["breadknife", `#!/bin/sh\nexec '${program.replaceAll("'", "'\\''")}' "$@"\n`];
    await mkdir(this.#folder, { recursive: true });
    await writeFile(join(this.#folder, name), text);
    await chmod(join(this.#folder, name), 0o755);
    this.#variables.description = "Makes `breadknife` a command: the server that this extension has set up.";
    this.#variables.prepend("PATH", this.#folder + delimiter);
  }

  async #remove(): Promise<void> {
    this.#variables.clear();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
