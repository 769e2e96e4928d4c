import { commands, env, type Memento, Uri, window } from "vscode";
import { SetupError } from "./environment";
import { megabytes } from "./events";
import type { Found } from "./pythons";
import type { Outcome, Setup } from "./setup";

/** Where Python is to be had; Linux has it in its packages. */
const PYTHON_PAGE = "https://www.python.org/downloads/";

/** About: the packages that the server needs, as pip fetches them. */
const SERVER_BYTES = 35e6;

const AGREED = "agreedToSetup";
const DECLINED = "declined";

interface Choice {
  readonly title: string;
  run(): unknown;
}

interface Parts {
  readonly setup: Setup;
  readonly memory: Memento;
  /** The parts that the settings call for and that aren't here. */
  wanted(): readonly string[];
  /** There is a server to start. */
  onServer(): void;
}

/** Asks the user before anything is installed or downloaded, once a session where they say no. */
export class Dialogs {
  readonly #setup: Setup;
  readonly #memory: Memento;
  readonly #asked = new Set<string>();
  readonly #wanted: () => readonly string[];
  readonly #onServer: () => void;

  constructor({ setup, memory, wanted, onServer }: Parts) {
    this.#setup = setup;
    this.#memory = memory;
    this.#wanted = wanted;
    this.#onServer = onServer;
  }

  /** There is no server: offer to set it up. Where the user has agreed before, a new version is set up at once. */
  async offerServer(): Promise<void> {
    if (this.#memory.get(AGREED) && (await this.#setup.environment.isUpdate())) {
      await this.setUpServer();
      return;
    }
    if (!this.#isToAsk("server")) return;
    const how = this.#setup.isOffline
      ? "Its packages come from the extension's folder, without the network."
      : `pip gets its packages (about ${megabytes(SERVER_BYTES)}) from its index.`;
    const message = `breadknife needs its server, in VS Code's own storage. ${how} Your text stays on this machine.`;
    await this.#offer("server", message, [
      { title: "Set Up", run: () => this.setUpServer() },
      {
        title: "Choose a Program…",
        run: () => commands.executeCommand("breadknife.openSettings", "breadknife.command"),
      },
    ]);
  }

  /** The user has agreed. */
  async setUpServer(named?: string): Promise<Outcome> {
    await this.#memory.update(AGREED, true);
    const found = await this.#setup.findPython(named ? [{ command: named, args: [] }] : []);
    if (found.kind !== "python") {
      void this.#askForPython(found);
      return "failed";
    }
    const outcome = await this.#told(() => this.#setup.makeServer(found.python), "breadknife.setUp");
    if (outcome === "done") this.#onServer();
    return outcome;
  }

  /** The server runs, and what completion needs isn't here: offer to download it. */
  async offerModels(): Promise<void> {
    if (!this.#isToAsk("models")) return;
    const parts = this.#wanted();
    const bytes = await this.#setup.bytes(parts).catch(() => 0);
    const size = bytes > 0 ? ` (${megabytes(bytes)})` : "";
    const what = parts.length === 1 ? "a model" : parts.includes("engine") ? "an engine and models" : "models";
    const message = `Suggestions need ${what}. Download now${size}? All of it stays and runs on this machine.`;
    await this.#offer("models", message, [
      { title: "Download", run: () => this.download() },
      { title: "Choose…", run: () => commands.executeCommand("breadknife.showModels") },
    ]);
  }

  /** What the settings call for and isn't here, unless parts are named. */
  download(parts: readonly string[] = this.#wanted()): Promise<Outcome> {
    return this.#told(() => this.#setup.download(parts), "breadknife.download", parts);
  }

  /** Once a session, unless the user doesn't want to be asked at all. */
  #isToAsk(what: string): boolean {
    if (this.#asked.has(what) || this.#memory.get(`${DECLINED}.${what}`)) return false;
    this.#asked.add(what);
    return true;
  }

  async #offer(what: string, message: string, choices: readonly Choice[]): Promise<void> {
    const later: Choice = { title: "Don't Ask Again", run: () => this.#memory.update(`${DECLINED}.${what}`, true) };
    const chosen = await window.showInformationMessage(message, ...choices, later);
    await chosen?.run();
  }

  /** Carries a set-up out; says what went wrong, with a button that helps. */
  async #told(work: () => Promise<Outcome>, again: string, ...args: unknown[]): Promise<Outcome> {
    try {
      const outcome = await work();
      if (outcome === "cancelled") {
        const resume: Choice = { title: "Resume", run: () => commands.executeCommand(again, ...args) };
        void this.#tell("info", "The download is cancelled; what has come is kept.", [resume]);
      }
      return outcome;
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      void this.#tell("error", error.message, [
        { title: "Try Again", run: () => commands.executeCommand(again, ...args) },
        { title: "Show Log", run: () => commands.executeCommand("breadknife.showLog") },
      ]);
      return "failed";
    }
  }

  async #askForPython(found: Exclude<Found, { kind: "python" }>): Promise<void> {
    const again: Choice = { title: "Try Again", run: () => commands.executeCommand("breadknife.setUp") };
    const choose: Choice = { title: "Choose Python…", run: () => this.#choosePython() };
    if (found.kind === "no-venv") {
      const command = `sudo apt install python${found.version.split(".").slice(0, 2).join(".")}-venv`;
      const copy: Choice = { title: "Copy Command", run: () => env.clipboard.writeText(command) };
      const message = `Python ${found.version} can't make environments: “${command}” adds what is missing.`;
      return this.#tell("error", message, [copy, again, choose]);
    }
    const get: Choice = { title: "Get Python", run: () => env.openExternal(Uri.parse(PYTHON_PAGE)) };
    const here = found.kind === "too-old" ? `this machine has ${found.version}` : "this machine has none";
    return this.#tell("error", `breadknife needs Python 3.11 or newer, and ${here}.`, [get, again, choose]);
  }

  async #choosePython(): Promise<void> {
    const [file] = (await window.showOpenDialog({ title: "Choose a Python 3.11 or newer" })) ?? [];
    if (file) await this.setUpServer(file.fsPath);
  }

  async #tell(kind: "info" | "error", message: string, choices: readonly Choice[]): Promise<void> {
    const show = kind === "error" ? window.showErrorMessage : window.showInformationMessage;
    const chosen: Choice | undefined = await show(message, ...choices);
    await chosen?.run();
  }
}
