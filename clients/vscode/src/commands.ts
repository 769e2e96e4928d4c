import { commands, type Disposable, env, type QuickPickItem, QuickPickItemKind, Uri, window } from "vscode";
import type { Pages } from "./pages";
import { openSample } from "./sample";
import type { Server } from "./server/server";
import { turnFile, turnLanguage } from "./settings";
import type { Dialogs } from "./setup/dialogs";
import { megabytes } from "./setup/events";
import type { Setup } from "./setup/setup";
import { completionModel, type File } from "./status/facts";
import { type Entry, menu } from "./status/menu";
import { activeFile, type Watch } from "./status/watch";
import type { Cli } from "./tools/cli";
import { find } from "./tools/find";
import type { Entry as NullEntry } from "./tools/nulls";
import { runRecipe, showRecipes } from "./tools/recipes";
import type { Shelf } from "./tools/shelf";
import type { Nulls } from "./views/nulls";
import { useModel } from "./views/sources";
import type { Walkthrough } from "./walkthrough";
import { enableSuggestions, explain } from "./why/ask";
import { asSentence } from "./why/reason";

const LOG = "Show Log";

export interface Parts {
  readonly server: Server;
  readonly setup: Setup;
  readonly dialogs: Dialogs;
  readonly watch: Watch;
  readonly walkthrough: Walkthrough;
  readonly cli: Cli;
  readonly pages: Pages;
  readonly shelf: Shelf;
  readonly nulls: Nulls;
  showLog(): void;
}

/** The commands of the palette, the menus and the buttons. */
export function registerCommands(parts: Parts): Disposable[] {
  const { server, setup, dialogs, watch, walkthrough, cli, pages, shelf, nulls, showLog } = parts;
  const table: Readonly<Record<string, (...args: never[]) => unknown>> = {
    suggest: () => suggest(server),
    fixAll: () =>
      commands.executeCommand("editor.action.codeAction", { kind: "source.fixAll.breadknife", apply: "first" }),
    whyNothing: () => explain(server, watch),
    showMenu: () => showMenu(watch),
    setUp: () => dialogs.setUpServer(),
    download: (names?: readonly string[]) => dialogs.download(names),
    cancelSetup: () => setup.cancel(),
    chooseModel: () => chooseModel(setup, watch),
    addToShelf: () => told(shelf.add()),
    askShelf: () => told(shelf.ask()),
    showShelf: () => told(shelf.show()),
    updateShelf: () => told(shelf.update()),
    find: () => find(server),
    runRecipe: () => told(runRecipe(server)),
    showRecipes: () => told(showRecipes(cli, pages)),
    sortNulls: () => told(nulls.sort()),
    checkNulls: () => told(nulls.check()),
    repairNull: (entry: NullEntry) => told(nulls.repair(entry)),
    pause: () => server.pause(),
    resume: () => server.restart(),
    restart: () => server.restart(),
    toggleLanguage: () => toggle((file) => turnLanguage(file.language, file.isLanguageOff)),
    toggleFile: () => toggle((file) => turnFile(Uri.parse(file.uri), file.isFileOff)),
    showModels: () => commands.executeCommand("breadknife.models.focus"),
    showReceipts: () => commands.executeCommand("breadknife.receipts.focus"),
    openSample,
    openWalkthrough: () => walkthrough.open(),
    openSettings: (key?: string) => openSettings(key),
    enableSuggestions,
    manageTrust: () => commands.executeCommand("workbench.trust.manage"),
    showLog,
  };
  return Object.entries(table).map(([name, run]) => commands.registerCommand(`breadknife.${name}`, run));
}

/** A command that failed says why in one sentence. */
async function told(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    void window
      .showErrorMessage(asSentence(error instanceof Error ? error.message : String(error)), LOG)
      .then((chosen) => chosen && commands.executeCommand("breadknife.showLog"));
  }
}

async function suggest(server: Server): Promise<void> {
  try {
    if (await server.suggest()) return;
    void window.setStatusBarMessage("breadknife has no suggestion here.", 4000);
  } catch {
    await commands.executeCommand("breadknife.whyNothing");
  }
}

async function toggle(turn: (file: File) => Promise<void>): Promise<void> {
  const file = activeFile();
  if (file) await turn(file);
}

interface Pick extends QuickPickItem {
  readonly entry: Entry;
}

async function showMenu(watch: Watch): Promise<void> {
  const picks: Pick[] = menu(watch.facts).map((entry) => ({
    ...entry,
    entry,
    kind: entry.command ? QuickPickItemKind.Default : QuickPickItemKind.Separator,
  }));
  const picked = await window.showQuickPick(picks, { title: "breadknife" });
  if (picked?.entry.command) await commands.executeCommand(picked.entry.command, ...(picked.entry.args ?? []));
}

/** Models that complete code: one that isn't here is downloaded when it is chosen. */
async function chooseModel(setup: Setup, watch: Watch): Promise<void> {
  const used = completionModel(watch.facts.report);
  const picks = setup.models().then((models) =>
    models
      .filter(({ roles }) => roles.includes("completion"))
      .map(({ name, size, path, purpose }) => ({
        label: `${name === used ? "$(check) " : ""}${name}`,
        description: `${megabytes(size)}${path ? "" : ", not on this machine"}`,
        ...(purpose ? { detail: purpose } : {}),
        name,
        path,
      })),
  );
  const picked = await window.showQuickPick(picks, { title: "Choose the Completion Model" });
  if (!picked) return;
  await useModel(picked.name);
  if (!picked.path) await commands.executeCommand("breadknife.download", [`model:${picked.name}`]);
}

/** The settings of the machine that the server runs on. */
async function openSettings(key = "@ext:breadknife.breadknife"): Promise<void> {
  const isRemoteOnly = env.remoteName !== undefined && key === "breadknife.command";
  const open = isRemoteOnly ? "workbench.action.openRemoteSettings" : "workbench.action.openSettings";
  await commands.executeCommand(open, { query: key });
}
