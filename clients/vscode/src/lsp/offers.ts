import { commands, type Range, type TextDocument, workspace } from "vscode";
import {
  type CodeAction,
  CodeActionRequest,
  CodeActionResolveRequest,
  CodeActionTriggerKind,
  type LanguageClient,
} from "vscode-languageclient/node";

/** A recipe that has something to do at a place. */
export interface Offer {
  readonly name: string;
  /** What it would do there, as the menu says it. */
  readonly title: string;
  run(): Promise<void>;
}

/** The recipes among what the server's menu has at a place. */
export async function recipesAt(client: LanguageClient, document: TextDocument, range: Range): Promise<Offer[]> {
  const { code2ProtocolConverter: to } = client;
  const found = await client.sendRequest(CodeActionRequest.type, {
    textDocument: to.asTextDocumentIdentifier(document),
    range: to.asRange(range),
    context: { diagnostics: [], triggerKind: CodeActionTriggerKind.Invoked },
  });
  return (found ?? []).flatMap((item) => {
    const action = item as CodeAction;
    const name = recipeOf(action);
    return name ? [{ name, title: action.title, run: () => make(client, action) }] : [];
  });
}

/** What the server writes into an entry of its menu: `data` of one whose edits are made later, or its command. */
function recipeOf({ data, command }: CodeAction): string | undefined {
  if (data?.plugin === "recipes") return data.data?.recipe;
  const [plugin, , , , recipe] = command?.arguments ?? [];
  return plugin === "recipes" ? recipe : undefined;
}

async function make(client: LanguageClient, action: CodeAction): Promise<void> {
  const made = action.data && !action.edit ? await client.sendRequest(CodeActionResolveRequest.type, action) : action;
  if (made.edit) {
    const edit = await client.protocol2CodeConverter.asWorkspaceEdit(made.edit);
    await workspace.applyEdit(edit, { isRefactoring: true });
  }
  if (made.command) await commands.executeCommand(made.command.command, ...(made.command.arguments ?? []));
}
