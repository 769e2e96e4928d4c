import { setTimeout } from "node:timers/promises";
import { type Disposable, EventEmitter, type LogOutputChannel, type Range, type TextDocument } from "vscode";
import type { Connect, Connection, Refusal, Text } from "../lsp/client";
import type { Offer } from "../lsp/offers";
import { Work } from "../lsp/work";
import { isRunning, type State } from "../status/facts";
import { LastWords } from "./lastWords";
import type { Found, Program } from "./program";

const CRASHES = { allowed: 4, within: 180_000 /* ms */ };

/** How long a server may take to get ready once nobody wants it any more. */
const PATIENCE = 2_000; // ms

/** How long a server may take to say hello. On a busy machine, Python alone takes seconds. */
const HELLO = 40_000; // ms

type Failure = Extract<State, { kind: "unstartable" | "crashed" | "hung" }>;

/** The language server's life: one process at a time, started again when it crashes now and then. */
export class Server implements Disposable {
  readonly #log: LogOutputChannel;
  readonly #find: () => Promise<Found>;
  readonly #load: () => Promise<Connect>;
  readonly #changes = new EventEmitter<State>();
  readonly #taken = new EventEmitter<void>();
  readonly #texts = new EventEmitter<Text>();
  readonly #refusals = new EventEmitter<Refusal>();
  readonly #lastWords = new LastWords();
  #state: State = { kind: "stopped" };
  #program: Program | undefined;
  #connection: Connection | undefined;
  #started: Promise<void> = Promise.resolve();
  #turn: Promise<void> = Promise.resolve();
  #hello: NodeJS.Timeout | undefined;
  /** Why the connection couldn't be made. */
  #error = "";
  #crashes: number[] = [];
  #working = 0;

  readonly onDidChangeState = this.#changes.event;
  /** The user has taken a suggestion or a fix. */
  readonly onTaken = this.#taken.event;
  /** The server has a text to show that is too long for a message. */
  readonly onText = this.#texts.event;
  /** What the user has chosen wasn't made. */
  readonly onRefusal = this.#refusals.event;
  /** What the server says it is doing. */
  readonly work = new Work(() => this.#changes.fire(this.#state));

  /** `find` says which program to start, each time anew; `load` gives what connects to it, when it is needed first. */
  constructor(log: LogOutputChannel, find: () => Promise<Found>, load: () => Promise<Connect>) {
    this.#log = log;
    this.#find = find;
    this.#load = load;
  }

  get state(): State {
    return this.#state;
  }

  /** The program that was started last. */
  get program(): Program | undefined {
    return this.#program;
  }

  /** Start, or stop and start. Doesn't wait for the server to be ready, and never rejects: `state` says how it goes. */
  restart(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#stop({ kind: "stopped" });
      await this.#start();
    });
  }

  stop(): Promise<void> {
    return this.#inTurn(() => this.#stop({ kind: "stopped" }));
  }

  /** Stop until `restart`. */
  pause(): Promise<void> {
    return this.#inTurn(() => this.#stop({ kind: "paused" }));
  }

  dispose(): void {
    this.#changes.dispose();
    this.#taken.dispose();
    this.#texts.dispose();
    this.#refusals.dispose();
  }

  /** Have the server execute one of its commands. Rejects with a sentence if it isn't running. */
  async execute(command: string, ...args: unknown[]): Promise<unknown> {
    if (!this.#connection?.isRunning()) throw new Error(sentence(this.#state));
    return this.#connection.execute(command, args);
  }

  /** Ask for suggestions by hand; false where there are none. */
  async suggest(): Promise<boolean> {
    if (!this.#connection?.isRunning()) throw new Error(sentence(this.#state));
    return this.#connection.suggest();
  }

  /** The recipes that have something to do there. Rejects with a sentence if the server isn't running. */
  async recipes(document: TextDocument, range: Range): Promise<Offer[]> {
    if (!this.#connection?.isRunning()) throw new Error(sentence(this.#state));
    return this.#connection.recipes(document, range);
  }

  #inTurn(step: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(step);
    return this.#turn;
  }

  async #start(): Promise<void> {
    this.#become({ kind: "starting" });
    this.#crashes = [];
    const found = await this.#find();
    this.#program = found.kind === "program" ? found.program : undefined;
    if (found.kind === "absent") this.#become({ kind: "absent" });
    if (found.kind === "wrong") this.#fail({ kind: "unstartable", reason: found.why });
    if (found.kind !== "program") return;
    const { command, args } = found.program;
    this.#log.info(`Starting ${[command, ...args].join(" ")}`);
    const connect = await this.#load();
    const current = (step: () => void) => () => {
      if (connection === this.#connection) step();
    };
    const connection: Connection = connect(command, args, {
      log: this.#log,
      work: this.work,
      onStderr: (stderr) => this.#lastWords.follow(stderr, (line) => this.#log.info(line)),
      shouldRestart: () => this.#shouldRestart(connection),
      onStarting: current(() => this.#become({ kind: "starting" })),
      onRunning: current(() => {
        clearTimeout(this.#hello);
        this.#become({ kind: "ready" });
      }),
      onStartFailed: current(
        () => void this.#explain(connection, "unstartable", "The breadknife server couldn't start"),
      ),
      onHung: (isHung) => current(() => this.#onHung(isHung))(),
      onWork: (change) => this.#onWork(change),
      onTaken: () => this.#taken.fire(),
      onText: (text) => this.#texts.fire(text),
      onRefusal: (refusal) => this.#refusals.fire(refusal),
    });
    this.#connection = connection;
    this.#hello = globalThis.setTimeout(
      current(() => this.#onHung(true)),
      HELLO,
    );
    this.#error = "";
    this.#started = connection.start().catch((error) => {
      this.#error = error instanceof Error ? error.message : String(error);
      this.#log.error(error instanceof Error ? error : this.#error);
    });
  }

  async #stop(state: State): Promise<void> {
    const connection = this.#connection;
    const isHung = this.#state.kind === "hung";
    this.#connection = undefined;
    clearTimeout(this.#hello);
    this.#become(state);
    if (!connection) return;
    // A server that answers nothing wouldn't answer that it should end either.
    if (isHung) connection.kill();
    // A client can't be stopped while it starts: it would go on and register its commands later.
    await Promise.race([this.#started, setTimeout(PATIENCE, undefined, { ref: false })]);
    if (connection.isStarting()) connection.kill();
    await this.#started;
    try {
      await connection.dispose();
    } catch (error) {
      this.#log.info(`Stopping: ${error}`); // It never ran, or didn't answer in time and was killed.
    }
  }

  async #shouldRestart(connection: Connection): Promise<boolean> {
    if (connection !== this.#connection || this.#state.kind === "starting") return false;
    const now = Date.now();
    this.#crashes = [...this.#crashes.filter((time) => now - time < CRASHES.within), now];
    if (this.#crashes.length <= CRASHES.allowed) return true;
    await this.#explain(connection, "crashed", `The breadknife server crashed ${this.#crashes.length} times in a row`);
    return false;
  }

  /** Fail for a reason that ends with what the process said last. */
  async #explain(connection: Connection, kind: Failure["kind"], what: string): Promise<void> {
    clearTimeout(this.#hello);
    const words = await this.#lastWords.read();
    const reason = `${what}: ${words || this.#error || "it didn't say why."}`;
    if (connection === this.#connection) this.#fail({ kind, reason });
  }

  #fail(failure: Failure): void {
    if (this.#state.kind === "unstartable" || this.#state.kind === "crashed") return; // The first reason is the cause.
    this.#log.error(failure.reason);
    this.#become(failure);
  }

  #onHung(isHung: boolean): void {
    if (isHung && (isRunning(this.#state) || this.#state.kind === "starting")) {
      const reason = "The breadknife server has stopped answering.";
      this.#log.error(reason);
      this.#become({ kind: "hung", reason });
    }
    if (!isHung && this.#state.kind === "hung") this.#become({ kind: "ready" });
  }

  #onWork(change: 1 | -1): void {
    this.#working += change;
    if (isRunning(this.#state)) this.#become({ kind: this.#working > 0 ? "working" : "ready" });
  }

  #become(state: State): void {
    if (state.kind === this.#state.kind) return;
    this.#state = state;
    this.#changes.fire(state);
  }
}

function sentence(state: State): string {
  return "reason" in state ? state.reason : `The server is ${state.kind}.`;
}
