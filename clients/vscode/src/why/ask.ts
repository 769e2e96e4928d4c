import { commands, type Position, type TextEditor, window, workspace } from "vscode";
import type { Server } from "../server/server";
import { isRunning } from "../status/facts";
import type { Watch } from "../status/watch";
import { type Explanation, why } from "./reason";

/** Says in a sentence why nothing is shown at the cursor, with a button that helps and one for the details. */
export async function explain(server: Server, watch: Watch): Promise<void> {
  const { facts } = watch;
  const editor = window.activeTextEditor;
  const isOn = workspace.getConfiguration("editor", editor?.document).get<boolean>("inlineSuggest.enabled", true);
  const explanation = editor && isRunning(facts.state) ? await ask(server, editor) : undefined;
  const { sentence, button } = why({ ...facts, areSuggestionsOn: isOn, explanation });
  const chosen = await window.showInformationMessage(sentence, ...(button ? [button.title] : []), "Details");
  if (button && chosen === button.title) await commands.executeCommand(button.command);
  if (chosen === "Details") await commands.executeCommand("breadknife.showReceipts");
}

/** What the server says of the place where the cursor is, or of what is selected. */
async function ask(server: Server, editor: TextEditor): Promise<Explanation | undefined> {
  const { document, selection } = editor;
  try {
    return (await server.execute("breadknife.whyHere", document.uri.toString(), {
      start: plain(selection.start),
      end: plain(selection.end),
    })) as Explanation;
  } catch {
    return undefined; // The server has ended meanwhile, and its state says so the next time.
  }
}

function plain({ line, character }: Position): { line: number; character: number } {
  return { line, character };
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
