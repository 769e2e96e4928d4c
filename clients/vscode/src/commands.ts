import { commands, type Disposable, languages, window, workspace } from "vscode";
import { describeReceipts, describeStatus, type Lines } from "./describe";
import { askAgain } from "./growth";
import { documentSelector } from "./manifest";
import type { Reports } from "./reports";
import type { Server } from "./server";

/** The commands of the palette. */
export function registerCommands(server: Server, reports: Reports, showLog: () => void): Disposable[] {
  const showStatus = async () => {
    await reports.show(
      "breadknife status",
      await answer(async () => describeStatus((await server.execute("breadknife.status")) as Lines)),
    );
  };
  const whyNoSuggestion = async () => {
    await reports.show("Why no suggestion?", await answer(() => explain(server)));
  };
  return [
    commands.registerCommand("breadknife.suggest", askAgain),
    commands.registerCommand("breadknife.restart", () => server.restart()),
    commands.registerCommand("breadknife.showStatus", showStatus),
    commands.registerCommand("breadknife.whyNoSuggestion", whyNoSuggestion),
    commands.registerCommand("breadknife.showLog", showLog),
  ];
}

async function explain(server: Server): Promise<string> {
  const document = window.activeTextEditor?.document;
  if (!document || !languages.match(documentSelector, document)) {
    return "Put the cursor into a file of a language that breadknife serves, and ask again.\n";
  }
  const receipts = await server.execute("breadknife.why", document.uri.toString());
  return describeReceipts(workspace.asRelativePath(document.uri), receipts as Lines[]);
}

async function answer(ask: () => Promise<string>): Promise<string> {
  try {
    return await ask();
  } catch (error) {
    return `${error instanceof Error ? error.message : error}\n`;
  }
}
