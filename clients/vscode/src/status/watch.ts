import { commands, type Disposable, EventEmitter, extensions, languages, window, workspace } from "vscode";
import { documentSelector } from "../manifest";
import type { Server } from "../server/server";
import { isFileOff, isLanguageOff, patternOf } from "../settings";
import type { Setup } from "../setup/setup";
import { type Facts, type File, isRunning, type Report } from "./facts";
import { contextKeys } from "./shown";

/** Keeps the facts up to date, and VS Code's context keys with them. */
export class Watch implements Disposable {
  readonly #server: Server;
  readonly #setup: Setup;
  readonly #changes = new EventEmitter<Facts>();
  readonly #subscriptions: Disposable[];
  readonly #keys = new Map<string, boolean>();
  #report: Report | undefined;
  #wasLoading = false;

  readonly onDidChange = this.#changes.event;

  constructor(server: Server, setup: Setup) {
    this.#server = server;
    this.#setup = setup;
    const change = () => this.#change();
    this.#subscriptions = [
      server.onDidChangeState(({ kind }) => {
        const isLoading = server.work.current !== undefined;
        // A server that has become ready, or has loaded something, has something new to report.
        if (!isRunning(server.state)) this.#report = undefined;
        else if ((kind === "ready" && !this.#report) || (this.#wasLoading && !isLoading)) void this.refresh();
        this.#wasLoading = isLoading;
        change();
      }),
      setup.onDidChange(() => {
        if (!setup.progress && isRunning(server.state)) void this.refresh();
        change();
      }),
      window.onDidChangeActiveTextEditor(change),
      workspace.onDidOpenTextDocument(change), // A document gets another language.
      workspace.onDidGrantWorkspaceTrust(change),
      workspace.onDidChangeConfiguration((event) => {
        if (!event.affectsConfiguration("breadknife")) return;
        change();
        // The server takes settings in a moment later.
        setTimeout(() => void this.refresh(), 1000);
      }),
    ];
    change();
  }

  get facts(): Facts {
    return {
      state: this.#server.state,
      isTrusted: workspace.isTrusted,
      setup: this.#setup.progress,
      work: this.#server.work.current,
      report: this.#report,
      file: activeFile(),
    };
  }

  /** Asks the server for its report. */
  async refresh(): Promise<void> {
    if (!isRunning(this.#server.state)) return;
    try {
      this.#report = (await this.#server.execute("breadknife.status")) as Report;
    } catch {
      return; // It has ended meanwhile, and its state says so.
    }
    this.#change();
  }

  dispose(): void {
    for (const each of this.#subscriptions) each.dispose();
    this.#changes.dispose();
  }

  #change(): void {
    const { facts } = this;
    for (const [key, value] of Object.entries(contextKeys(facts))) {
      if (this.#keys.get(key) === value) continue;
      this.#keys.set(key, value);
      void commands.executeCommand("setContext", `breadknife.${key}`, value);
    }
    this.#changes.fire(facts);
  }
}

export function activeFile(): File | undefined {
  const document = window.activeTextEditor?.document;
  if (!document) return undefined;
  const { uri, languageId } = document;
  return {
    uri: uri.toString(),
    language: languageId,
    languageName: languageName(languageId),
    isServed: languages.match(documentSelector, document) > 0,
    isInFolder: patternOf(uri) !== undefined,
    isLanguageOff: isLanguageOff(languageId, uri),
    isFileOff: isFileOff(uri),
  };
}

const names = new Map<string, string>();

/** As VS Code shows it: the first alias that an extension gives the language. */
function languageName(id: string): string {
  if (names.size === 0) {
    for (const { packageJSON } of extensions.all) {
      for (const { id: language, aliases } of packageJSON?.contributes?.languages ?? []) {
        if (aliases?.[0] && !names.has(language)) names.set(language, aliases[0]);
      }
    }
  }
  return names.get(id) ?? id;
}
