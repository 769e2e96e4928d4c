import { commands, type ExtensionContext, window, workspace } from "vscode";
import { registerCommands } from "./commands";
import type { Refusal } from "./lsp/client";
import { languages, version } from "./manifest";
import { Pages } from "./pages";
import { plain } from "./plain";
import { findProgram } from "./server/program";
import { Server } from "./server/server";
import { Dialogs } from "./setup/dialogs";
import { Setup } from "./setup/setup";
import { createStatusItem } from "./status/bar";
import { type Facts, isBroken, missing, type State, wanted } from "./status/facts";
import { shown } from "./status/shown";
import { Watch } from "./status/watch";
import { Terminal } from "./terminal";
import { commandLine } from "./tools/cli";
import { Shelf } from "./tools/shelf";
import { Nulls } from "./views/nulls";
import { ModelsSource, ReceiptsSource } from "./views/sources";
import { View } from "./views/view";
import { Walkthrough } from "./walkthrough";
import { whyNotMade } from "./why/refusal";

// `./lsp/client` is a bundle of its own (see `build` in package.json), loaded only once there is a server to start: it is
// nine times as large as all the rest.
let server: Server | undefined;

/** What other extensions may ask, and the tests do. */
export interface Api {
  state(): State;
  facts(): Facts;
  /** What the status bar says. */
  status(): string;
}

export function activate(context: ExtensionContext): Api {
  const log = window.createOutputChannel("breadknife", { log: true });
  const configured = () => workspace.getConfiguration("breadknife");
  const setup = new Setup({
    log,
    storage: context.globalStorageUri.fsPath,
    extension: context.extensionPath,
    version,
    isOffline: () => configured().get("offline") === true,
    program: () => server?.program,
  });
  const own = async () => ((await setup.environment.isReady()) ? setup.environment.program : undefined);
  const find = () => findProgram(configured().get("command"), own);
  const running = new Server(log, find, async () => (await import("./lsp/client")).connect);
  server = running;
  const watch = new Watch(running, setup);
  const dialogs = new Dialogs({
    setup,
    memory: context.globalState,
    wanted: () => wanted(watch.facts.report),
    onServer: () => void running.restart(),
  });
  const walkthrough = new Walkthrough();
  const models = new ModelsSource(watch, setup);
  const modelsView = new View(context.extensionUri, models);
  const receipts = new ReceiptsSource(running, watch, () => receiptsView.refresh());
  const receiptsView: View = new View(context.extensionUri, receipts, () => walkthrough.tick("proof"));
  const pages = new Pages();
  const cli = commandLine(
    () => running.program,
    () => configured().get("offline") === true,
  );
  const shelf = new Shelf(cli, pages);
  const nulls = new Nulls(cli);
  const terminal = new Terminal(context.environmentVariableCollection, context.globalStorageUri.fsPath);
  void commands.executeCommand("setContext", "breadknife.languages", languages);
  context.subscriptions.push(
    log,
    setup,
    running,
    watch,
    modelsView,
    receiptsView,
    pages,
    shelf,
    nulls,
    createStatusItem(watch),
    ...registerCommands({
      server: running,
      setup,
      dialogs,
      watch,
      walkthrough,
      cli,
      pages,
      shelf,
      nulls,
      showLog: () => log.show(),
    }),
    running.onDidChangeState((state) => {
      if (state.kind === "absent") void dialogs.offerServer();
      if (isBroken(state)) void tell(state.reason);
      if (state.kind !== "working") receiptsView.refresh();
    }),
    running.onDidChangeState(({ kind }) => {
      // The environment is there or gone by then, if the user has it set up or its folder was deleted.
      const { command } = running.program ?? {};
      if (kind === "starting" || kind === "stopped") return;
      void terminal.offer(command === setup.environment.program ? command : undefined);
    }),
    running.onText(({ title, text }) => void pages.show(title, plain(text))),
    running.onRefusal((refusal) => void explain(refusal)),
    running.onTaken(() => walkthrough.tick("try")),
    setup.onDidChange(() => {
      if (!setup.progress) models.forget();
    }),
    watch.onDidChange((facts) => {
      if (missing(facts.report) && !facts.setup) void dialogs.offerModels();
      walkthrough.look(facts);
      modelsView.refresh();
    }),
    window.onDidChangeActiveTextEditor(() => receiptsView.refresh()),
    workspace.onDidGrantWorkspaceTrust(() => void running.restart()),
    workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("breadknife.command")) void running.restart();
    }),
  );
  void running.restart();
  return { state: () => running.state, facts: () => watch.facts, status: () => shown(watch.facts).words };
}

export function deactivate(): Promise<void> | undefined {
  return server?.stop();
}

async function explain(refusal: Refusal): Promise<void> {
  const { sentence, button } = whyNotMade(refusal);
  const chosen = await window.showInformationMessage(sentence, ...(button ? [button.title] : []));
  if (chosen && button) await commands.executeCommand(button.command);
}

async function tell(reason: string): Promise<void> {
  const isOfSetting = reason.includes("breadknife.command");
  const first = isOfSetting ? "Open Settings" : "Restart";
  const choice = await window.showErrorMessage(reason, first, "Show Log");
  if (choice === "Restart") await commands.executeCommand("breadknife.restart");
  if (choice === "Open Settings") await commands.executeCommand("breadknife.openSettings", "breadknife.command");
  if (choice === "Show Log") await commands.executeCommand("breadknife.showLog");
}
