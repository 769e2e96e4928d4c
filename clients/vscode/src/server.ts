import { setTimeout } from "node:timers/promises";
import { type Disposable, EventEmitter, type LogOutputChannel, workspace } from "vscode";
import { State as ClientState, ExecuteCommandRequest, type LanguageClient } from "vscode-languageclient/node";
import { createClient } from "./client";
import { findExecutable } from "./executable";
import { LastWords } from "./lastWords";

export type State =
  | { readonly kind: "stopped" | "starting" | "idle" | "working" }
  | { readonly kind: "problem"; readonly reason: string };

const CRASHES = { allowed: 4, within: 180_000 /* ms */ };

/** How long a server may take to get ready once nobody wants it any more. */
const PATIENCE = 2_000; // ms

/** The language server's life: one process at a time, started again when it crashes now and then. */
export class Server implements Disposable {
  readonly #log: LogOutputChannel;
  readonly #changes = new EventEmitter<State>();
  readonly #lastWords = new LastWords();
  #state: State = { kind: "stopped" };
  #client: LanguageClient | undefined;
  #started: Promise<void> = Promise.resolve();
  #turn: Promise<void> = Promise.resolve();
  #crashes: number[] = [];
  #work = 0;

  readonly onDidChangeState = this.#changes.event;

  constructor(log: LogOutputChannel) {
    this.#log = log;
  }

  get state(): State {
    return this.#state;
  }

  /** Start, or stop and start. Doesn't wait for the server to be ready, and never rejects: `state` says how it goes. */
  restart(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#stop();
      await this.#start();
    });
  }

  stop(): Promise<void> {
    return this.#inTurn(() => this.#stop());
  }

  dispose(): void {
    this.#changes.dispose();
  }

  /** Have the server execute one of its commands. Rejects with a sentence if it isn't running. */
  async execute(command: string, ...args: unknown[]): Promise<unknown> {
    if (!this.#client?.isRunning()) {
      throw new Error(this.#state.kind === "problem" ? this.#state.reason : `The server is ${this.#state.kind}.`);
    }
    return this.#client.sendRequest(ExecuteCommandRequest.type, { command, arguments: args });
  }

  #inTurn(step: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(step);
    return this.#turn;
  }

  async #start(): Promise<void> {
    this.#become({ kind: "starting" });
    this.#crashes = [];
    const [name, ...args] = readCommand();
    const program = name && (await findExecutable(name));
    if (!program) {
      const problem = name
        ? `“${name}” is neither a program on PATH nor the absolute path of one. Install breadknife, or say`
        : "the setting is no list of words. Say";
      this.#fail(`breadknife can't start its server: ${problem} in the setting breadknife.command how to start it.`);
      return;
    }
    this.#log.info(`Starting ${[program, ...args].join(" ")}`);
    const client = createClient(program, args, {
      log: this.#log,
      onStderr: (stderr) => this.#lastWords.follow(stderr, (line) => this.#log.info(line)),
      shouldRestart: () => this.#shouldRestart(client),
      onWork: (change) => this.#onWork(change),
    });
    this.#client = client;
    client.onDidChangeState(({ newState }) => {
      if (client !== this.#client) return;
      if (newState === ClientState.Starting) this.#become({ kind: "starting" });
      if (newState === ClientState.Running) this.#become({ kind: "idle" });
      if (newState === ClientState.StartFailed) void this.#explain(client, "The breadknife server couldn't start");
    });
    this.#started = client.start().catch((error) => this.#log.error(String(error)));
  }

  async #stop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    this.#become({ kind: "stopped" });
    if (!client) return;
    // A client can't be stopped while it starts: it would go on and register its commands later.
    await Promise.race([this.#started, setTimeout(PATIENCE, undefined, { ref: false })]);
    if (client.state === ClientState.Starting) client.serverProcess?.kill();
    await this.#started;
    try {
      await client.dispose();
    } catch (error) {
      this.#log.info(`Stopping: ${error}`); // It never ran, or didn't answer in time and was killed.
    }
  }

  async #shouldRestart(client: LanguageClient): Promise<boolean> {
    if (client !== this.#client || this.#state.kind === "starting") return false;
    const now = Date.now();
    this.#crashes = [...this.#crashes.filter((time) => now - time < CRASHES.within), now];
    if (this.#crashes.length <= CRASHES.allowed) return true;
    await this.#explain(client, `The breadknife server crashed ${this.#crashes.length} times in a row`);
    return false;
  }

  /** Become a problem whose reason ends with what the process said last. */
  async #explain(client: LanguageClient, what: string): Promise<void> {
    const words = await this.#lastWords.read();
    if (client === this.#client) this.#fail(`${what}: ${words || "it didn't say why."}`);
  }

  #fail(reason: string): void {
    if (this.#state.kind === "problem") return; // The first reason is the cause.
    this.#log.error(reason);
    this.#become({ kind: "problem", reason });
  }

  #onWork(change: 1 | -1): void {
    this.#work += change;
    if (this.#state.kind === "idle" || this.#state.kind === "working") {
      this.#become({ kind: this.#work > 0 ? "working" : "idle" });
    }
  }

  #become(state: State): void {
    if (state.kind === this.#state.kind) return;
    this.#state = state;
    this.#changes.fire(state);
  }
}

/** The program and its arguments; empty where the setting isn't what it should be. */
function readCommand(): string[] {
  const command = workspace.getConfiguration("breadknife").get<unknown>("command");
  return Array.isArray(command) && command.every((word) => typeof word === "string") ? command : [];
}
