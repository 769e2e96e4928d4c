import { commands, window, workspace } from "vscode";
import type { Server } from "../server/server";
import { isRunning } from "../status/facts";
import type { Watch } from "../status/watch";
import { receiptsOf } from "../views/sources";
import { type Receipt, why } from "./reason";

/** Says in a sentence why nothing is shown at the cursor, with a button that helps and one for the details. */
export async function explain(server: Server, watch: Watch): Promise<void> {
  const { facts } = watch;
  const document = window.activeTextEditor?.document;
  const isOn = workspace.getConfiguration("editor", document).get<boolean>("inlineSuggest.enabled", true);
  const receipts = isRunning(facts.state) ? await ask(server, facts.file?.uri) : [];
  const { sentence, button } = why({ ...facts, areSuggestionsOn: isOn, receipts });
  const chosen = await window.showInformationMessage(sentence, button.title, "Details");
  if (chosen === button.title) await commands.executeCommand(button.command);
  if (chosen === "Details") await commands.executeCommand("breadknife.showReceipts");
}

async function ask(server: Server, uri: string | undefined): Promise<readonly Receipt[]> {
  try {
    return await receiptsOf(server, uri);
  } catch {
    return []; // The server has ended meanwhile, and its state says so the next time.
  }
}

/** The editor's own setting, where it has been turned off. */
export async function enableSuggestions(): Promise<void> {
  const configuration = workspace.getConfiguration("editor", window.activeTextEditor?.document);
  const set = configuration.inspect<boolean>("inlineSuggest.enabled");
  const isOfWorkspace = set?.workspaceValue === false || set?.workspaceFolderValue === false;
  await configuration.update("inlineSuggest.enabled", true, !isOfWorkspace);
  const languageId = window.activeTextEditor?.document.languageId;
  if (languageId && configuration.inspect<boolean>("inlineSuggest.enabled")?.globalLanguageValue === false)
    await configuration.update("inlineSuggest.enabled", true, true, true);
}
