import { commands, type ExtensionContext, env, window, workspace } from "vscode";
import { registerCommands } from "./commands";
import { registerNextEdit } from "./nextEdit";
import { Reports } from "./reports";
import { Server, type State } from "./server";
import { createStatusItem } from "./status";

let server: Server | undefined;

/** What other extensions may ask. */
export interface Api {
  state(): State;
}

export function activate(context: ExtensionContext): Api {
  const log = window.createOutputChannel("breadknife", { log: true });
  const reports = new Reports();
  const running = new Server(log);
  server = running;
  context.subscriptions.push(
    log,
    reports,
    running,
    createStatusItem(running),
    registerNextEdit(running),
    ...registerCommands(running, reports, () => log.show()),
    running.onDidChangeState((state) => {
      if (state.kind === "problem") void tell(state.reason);
    }),
    workspace.onDidGrantWorkspaceTrust(() => void running.restart()),
    workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("breadknife.command")) void running.restart();
    }),
  );
  void running.restart();
  return { state: () => running.state };
}

export function deactivate(): Promise<void> | undefined {
  return server?.stop();
}

async function tell(problem: string): Promise<void> {
  const choice = await window.showErrorMessage(problem, "Open Settings", "Show Log");
  if (choice === "Open Settings") {
    // The setting is the machine's that the server runs on.
    const open = env.remoteName ? "workbench.action.openRemoteSettings" : "workbench.action.openSettings";
    await commands.executeCommand(open, { query: "breadknife.command" });
  }
  if (choice === "Show Log") await commands.executeCommand("breadknife.showLog");
}
