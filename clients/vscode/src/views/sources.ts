import { commands, languages, window, workspace } from "vscode";
import { documentSelector } from "../manifest";
import type { Server } from "../server/server";
import type { Model, Setup } from "../setup/setup";
import type { State } from "../status/facts";
import { percent } from "../status/shown";
import type { Watch } from "../status/watch";
import { type Receipt, whyStopped } from "../why/reason";
import type { Trouble } from "./html";
import { renderModels } from "./models";
import { renderReceipts } from "./receipts";
import type { Content, Source } from "./view";

/** The commands of the extension that a view's buttons may run. */
const COMMANDS = new Set(
  ["cancelSetup", "download", "setUp", "restart", "resume", "showLog"].map((name) => `breadknife.${name}`),
);

function runCommand(command: string, argument: string): void {
  if (COMMANDS.has(command)) void commands.executeCommand(command, ...(argument ? [[argument]] : []));
}

/** What the view of models shows. */
export class ModelsSource implements Source {
  readonly id = "breadknife.models";
  readonly title = "Models";
  readonly #watch: Watch;
  readonly #setup: Setup;
  #models: readonly Model[] = [];
  #trouble: Trouble | undefined;
  #isKnown = false;

  constructor(watch: Watch, setup: Setup) {
    this.#watch = watch;
    this.#setup = setup;
  }

  /** What is on the disk may have changed. */
  forget(): void {
    this.#isKnown = false;
  }

  async render(): Promise<Content> {
    const { report, setup, state } = this.#watch.facts;
    if (!this.#isKnown && !setup) await this.#look(state);
    const { parts } = this.#setup;
    const content = renderModels({ report, parts, models: this.#models, setup, trouble: this.#trouble });
    // Every tenth, so that a screen reader isn't always speaking.
    const news =
      setup?.fraction === undefined ? (setup ? "Setting up" : "") : percent(Math.floor(setup.fraction * 10) / 10);
    return { content, news };
  }

  act(command: string, argument: string): void {
    if (command === "useModel") void useModel(argument);
    else runCommand(command, argument);
  }

  async #look(state: State): Promise<void> {
    // A server that is paused or hangs is no reason: its program can still say what there is.
    if (state.kind === "absent" || state.kind === "unstartable") {
      this.#trouble = whyStopped(state);
      return;
    }
    try {
      [this.#models] = await Promise.all([this.#setup.models(), this.#setup.look()]);
      this.#trouble = undefined;
      this.#isKnown = true;
    } catch (error) {
      this.#trouble = { sentence: `The models can't be listed: ${error instanceof Error ? error.message : error}` };
    }
  }
}

/** Have a model complete code, in the user's settings. */
export async function useModel(name: string): Promise<void> {
  await workspace.getConfiguration("breadknife").update("models.completion", name, true);
}

/** What the view of receipts shows. */
export class ReceiptsSource implements Source {
  readonly id = "breadknife.receipts";
  readonly title = "Receipts";
  readonly #server: Server;
  readonly #watch: Watch;
  readonly #refresh: () => void;
  #isOfAllFiles = false;

  constructor(server: Server, watch: Watch, refresh: () => void) {
    this.#server = server;
    this.#watch = watch;
    this.#refresh = refresh;
  }

  async render(): Promise<Content> {
    const document = this.#isOfAllFiles ? undefined : window.activeTextEditor?.document;
    const served = document && languages.match(documentSelector, document) > 0 ? document : undefined;
    const file = served && workspace.asRelativePath(served.uri);
    const { receipts, trouble } = await this.#ask(served?.uri.toString());
    const bytesSent = this.#watch.facts.report?.bytes_sent ?? 0;
    return { content: renderReceipts({ receipts, file, bytesSent, trouble }), news: `${receipts.length} receipts` };
  }

  act(command: string, argument: string): void {
    if (command === "scope") {
      this.#isOfAllFiles = argument === "all";
      this.#refresh();
    } else runCommand(command, argument);
  }

  async #ask(uri: string | undefined): Promise<{ receipts: readonly Receipt[]; trouble?: Trouble }> {
    const stopped = whyStopped(this.#watch.facts.state);
    if (stopped) return { receipts: [], trouble: stopped };
    try {
      await this.#watch.refresh();
      return { receipts: await receiptsOf(this.#server, uri) };
    } catch (error) {
      return { receipts: [], trouble: { sentence: error instanceof Error ? error.message : String(error) } };
    }
  }
}

/** The newest receipts of a document, or of all. */
export async function receiptsOf(server: Server, uri?: string): Promise<readonly Receipt[]> {
  return (await server.execute("breadknife.why", ...(uri ? [uri] : []))) as readonly Receipt[];
}
