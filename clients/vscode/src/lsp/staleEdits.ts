import { type CancellationToken, type CodeAction, type ProviderResult, window, workspace } from "vscode";

type Resolve = (action: CodeAction, token: CancellationToken) => ProviderResult<CodeAction>;

/** Resolve a code action; leave its edit out if the text has moved on meanwhile, which VS Code doesn't look at. */
export async function dropStaleEdit(
  action: CodeAction,
  token: CancellationToken,
  resolve: Resolve,
): Promise<CodeAction | null | undefined> {
  const before = versions();
  const resolved = await resolve(action, token);
  const now = versions();
  const stale = resolved?.edit?.entries().some(([uri]) => before.get(String(uri)) !== now.get(String(uri)));
  if (!stale) return resolved;
  void window.showInformationMessage(
    `breadknife changed nothing: the text was edited while “${action.title}” was being worked out.`,
  );
  return action;
}

function versions(): Map<string, number> {
  return new Map(workspace.textDocuments.map((document) => [String(document.uri), document.version]));
}
