import { type Disposable, EventEmitter, type LogOutputChannel, ProgressLocation, window } from "vscode";
import { findExecutable } from "../server/executable";
import { instead, type Program } from "../server/program";
import { Environment, lastWords, SetupError, type Sources } from "./environment";
import { describe, Parts, type Progress, parseEvent, Run, type SetupEvent } from "./events";
import { type Command, type Found, findPython } from "./pythons";
import { Cancelled, run } from "./run";
import { findWheels } from "./wheels";

export interface Host {
  readonly log: LogOutputChannel;
  /** A folder of this extension's own, for all workspaces. */
  readonly storage: string;
  /** The folder of the extension. */
  readonly extension: string;
  readonly version: string;
  /** Take nothing from the network. */
  readonly isOffline: () => boolean;
  /** The program that runs, whose environment the engine and the models are for. */
  readonly program: () => Program | undefined;
}

/** What the command line says of a model: `breadknife models list --json`. */
export interface Model {
  readonly name: string;
  readonly size: number;
  readonly roles: readonly string[];
  /** The roles that it has unless settings say otherwise. */
  readonly default_for: readonly string[];
  readonly path: string | null;
  readonly purpose?: string;
  readonly languages?: string;
}

/** What becomes of a set-up: `cancelled` says that the same goes on from where it was. */
export type Outcome = "done" | "cancelled" | "failed";

/** Sets up the server, and what it is better with. One at a time, and each can be cancelled and gone on with later. */
export class Setup implements Disposable {
  readonly #host: Host;
  readonly #changes = new EventEmitter<void>();
  readonly environment: Environment;
  #parts = new Parts();
  #progress: Progress | undefined;
  #cancel: AbortController | undefined;

  readonly onDidChange = this.#changes.event;

  constructor(host: Host) {
    this.#host = host;
    this.environment = new Environment(host.storage, host.version, findWheels(host.extension, host.version).bundled);
  }

  /** Undefined while nothing is being set up. */
  get progress(): Progress | undefined {
    return this.#progress;
  }

  /** What is known of each part: the engine, the models, LanguageTool. */
  get parts(): Parts {
    return this.#parts;
  }

  get isOffline(): boolean {
    return this.#host.isOffline();
  }

  cancel(): void {
    this.#cancel?.abort();
  }

  dispose(): void {
    this.cancel();
    this.#changes.dispose();
  }

  findPython(named: readonly Command[] = []): Promise<Found> {
    return findPython({ platform: process.platform, find: findExecutable, output }, named);
  }

  /** Makes the environment of the server. */
  makeServer(python: Command): Promise<Outcome> {
    return this.#during("Setting up breadknife's server", async (signal) => {
      const report = (message: string) => this.#report({ message, fraction: undefined });
      await this.environment.make(python, this.#sources(), report, signal);
    });
  }

  /** Sets parts up by name, such as `engine` or `model:NAME`. */
  download(parts: readonly string[]): Promise<Outcome> {
    return this.#during("Downloading for breadknife", async (signal) => {
      const [names, looked] = await Promise.all([this.#namesOf(parts), this.look()]); // How large they are.
      const run = new Run(looked, names);
      const { code, lines } = await this.#cli(["setup", "--json", ...parts], signal, (event) => {
        this.#parts.take(event);
        this.#report(run.take(event));
      });
      const failed = names.map((name) => this.#parts.get(name)).find((event) => event?.state === "failed");
      if (failed) throw new SetupError(failed.message);
      if (code !== 0) throw new SetupError(lastWords(lines.filter((line) => !parseEvent(line))));
    });
  }

  /** Learns what there is of each part. Rejects with SetupError where the program can't say. */
  async look(): Promise<Parts> {
    const parts = new Parts();
    const { code, lines } = await this.#cli(["setup", "--json"], undefined, (event) => parts.take(event));
    if (code !== 0) throw new SetupError(lastWords(lines));
    this.#parts = parts;
    this.#changes.fire();
    return parts;
  }

  /** What is still to be fetched for these parts, in bytes. Rejects with SetupError. */
  async bytes(parts: readonly string[]): Promise<number> {
    const [names, looked] = await Promise.all([this.#namesOf(parts), this.look()]);
    return looked.bytes(names);
  }

  /** The models of the catalog. */
  async models(): Promise<Model[]> {
    const printed: string[] = [];
    const command = this.#commandLine(["models", "list", "--json"]);
    const { code, lines } = await run(command.command, command.args, { onLine: (line) => printed.push(line) });
    if (code !== 0) throw new SetupError(lastWords(lines));
    return JSON.parse(printed.join("\n"));
  }

  /** `model` stands for all the default models. */
  async #namesOf(parts: readonly string[]): Promise<string[]> {
    if (!parts.includes("model")) return [...parts];
    const usual = (await this.models()).filter(({ default_for }) => default_for.length > 0);
    return parts.flatMap((part) => (part === "model" ? usual.map(({ name }) => `model:${name}`) : [part]));
  }

  #sources(): Sources {
    const { extension, version, isOffline } = this.#host;
    return { ...findWheels(extension, version), isOffline: isOffline() };
  }

  #commandLine(args: readonly string[]): Command {
    const program = this.#host.program();
    const given = program && instead(program, args);
    if (!program || !given) throw new SetupError("The program in breadknife.command can't set anything up.");
    return { command: program.command, args: given };
  }

  async #cli(args: readonly string[], signal: AbortSignal | undefined, onEvent: (event: SetupEvent) => void) {
    const { command, args: given } = this.#commandLine(args);
    const { wheels, isOffline } = this.#sources();
    return run(command, [...given, ...(isOffline ? ["--offline"] : [])], {
      ...(signal ? { signal } : {}),
      env: wheels ? { ...process.env, BREADKNIFE_WHEELS: wheels } : process.env,
      onLine: (line) => {
        const event = parseEvent(line);
        if (event) onEvent(event);
        if (event?.state !== "running") this.#host.log.info(event ? `${event.part}: ${describe(event)}` : line);
      },
    });
  }

  async #during(title: string, work: (signal: AbortSignal) => Promise<void>): Promise<Outcome> {
    if (this.#cancel) throw new SetupError("breadknife is being set up already.");
    const cancel = new AbortController();
    this.#cancel = cancel;
    this.#report({ message: "starting", fraction: undefined });
    try {
      await window.withProgress({ location: ProgressLocation.Notification, title, cancellable: true }, (bar, token) => {
        token.onCancellationRequested(() => cancel.abort());
        let shown = 0;
        const subscription = this.onDidChange(() => {
          const { message, fraction } = this.#progress ?? {};
          const increment = fraction === undefined ? 0 : Math.max(0, fraction * 100 - shown);
          shown += increment;
          if (message) bar.report({ message, increment });
        });
        return work(cancel.signal).finally(() => subscription.dispose());
      });
      return "done";
    } catch (error) {
      if (error instanceof Cancelled || cancel.signal.aborted) return "cancelled";
      this.#host.log.error(String(error));
      throw error;
    } finally {
      this.#cancel = undefined;
      this.#progress = undefined;
      this.#changes.fire();
    }
  }

  #report(progress: Progress): void {
    this.#progress = progress;
    this.#changes.fire();
  }
}

async function output({ command, args }: Command): Promise<string | undefined> {
  try {
    const { code, lines } = await run(command, args);
    return code === 0 ? lines.join("\n") : undefined;
  } catch {
    return undefined;
  }
}
