import { isAbsolute, join } from "node:path";
import {
  type Diagnostic,
  type Disposable,
  EventEmitter,
  languages,
  ProgressLocation,
  Range,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
  type TreeView,
  Uri,
  WorkspaceEdit,
  type WorkspaceFolder,
  window,
  workspace,
} from "vscode";
import { type Cli, Stopped } from "../tools/cli";
import { type Entry, entries, type Group, type LineEdit, type Sorted, summary } from "../tools/nulls";
import { asSentence } from "../why/reason";

const VIEW = "breadknife.nulls";

/** Notices that only say how many findings there are, as the view does itself. */
const COUNT = /: \d+ findings?$| about null$/;

/** What checkers say of null, sorted: what is to read, what one declaration ends, and the noise, folded. */
export class Nulls implements TreeDataProvider<Entry>, Disposable {
  readonly #cli: Cli;
  readonly #changed = new EventEmitter<void>();
  readonly #view: TreeView<Entry>;
  #entries: readonly Entry[] = [];
  #folder = "";
  #stop: AbortController | undefined;
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(cli: Cli) {
    this.#cli = cli;
    this.#view = window.createTreeView(VIEW, { treeDataProvider: this, showCollapseAll: true });
  }

  dispose(): void {
    this.#stop?.abort();
    this.#view.dispose();
    this.#changed.dispose();
  }

  /** Sorts what this window's checkers have found; if that is nothing, runs the project's own checkers. */
  async sort(): Promise<void> {
    const folder = currentFolder();
    const found = reported(folder);
    await (found.length > 0 ? this.#sort(folder, "-", JSON.stringify({ diagnostics: found })) : this.check());
  }

  /** Runs the project's own checkers, and sorts what they find. */
  async check(): Promise<void> {
    await this.#sort(currentFolder(), "checker");
  }

  /** Makes a group's repair in the editors, where it can be undone. */
  async repair({ group }: Entry): Promise<void> {
    if (!group?.patch) return;
    const edit = new WorkspaceEdit();
    for (const each of group.patch.edits) await replace(edit, each);
    await workspace.applyEdit(edit, { isRefactoring: true });
    this.#show(this.#entries.map((entry) => without(entry, group)));
  }

  getChildren(entry?: Entry): Entry[] {
    return [...(entry ? (entry.children ?? []) : this.#entries)];
  }

  getTreeItem({ label, description, finding, group, children, folded }: Entry): TreeItem {
    const { Collapsed, Expanded, None } = TreeItemCollapsibleState;
    const item = new TreeItem(label, children ? (folded ? Collapsed : Expanded) : None);
    if (description) item.description = description;
    if (group) item.tooltip = [group.name, group.why, group.patch?.title].filter(Boolean).join("\n");
    if (group?.patch) item.contextValue = "repair";
    if (group) item.iconPath = new ThemeIcon(group.sort === "life cycle" ? "symbol-field" : "bug");
    if (finding) {
      const path = isAbsolute(finding.path) ? finding.path : join(this.#folder, finding.path);
      const start = { line: finding.line - 1, character: finding.column - 1 };
      item.command = {
        command: "vscode.open",
        title: "Open",
        arguments: [Uri.file(path), { selection: new Range(start.line, start.character, start.line, start.character) }],
      };
    }
    return item;
  }

  async #sort(folder: WorkspaceFolder, from: string, input?: string): Promise<void> {
    if (this.#stop) throw new Error("Null findings are being sorted already.");
    const stop = new AbortController();
    this.#stop = stop;
    this.#folder = folder.uri.fsPath;
    const args = ["null", "triage", "--folder", this.#folder, "--from", from, "--json"];
    const options = { location: ProgressLocation.Notification, title: "Sorting null findings", cancellable: true };
    try {
      const { code, stdout, notices } = await window.withProgress(options, (bar, token) => {
        token.onCancellationRequested(() => stop.abort());
        const onNotice = (message: string) => bar.report({ message });
        return this.#cli(args, { signal: stop.signal, onNotice, ...(input === undefined ? {} : { input }) });
      });
      if (!stdout) throw new Error(notices.at(-1) ?? `breadknife null triage failed (exit code ${code}).`);
      const sorted = JSON.parse(stdout) as Sorted;
      const remarks = notices.filter((line) => !COUNT.test(line)).map(asSentence);
      this.#view.message = [summary(sorted), ...remarks].join(" ");
      this.#show(entries(sorted));
      const [first] = this.#entries;
      if (first) await this.#view.reveal(first, { focus: true, expand: true });
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
    } finally {
      this.#stop = undefined;
    }
  }

  #show(shown: readonly Entry[]): void {
    this.#entries = shown;
    this.#changed.fire();
  }

  getParent(): undefined {
    return undefined; // only entries of the top are revealed
  }
}

/** An entry without a group below it. */
function without(entry: Entry, group: Group): Entry {
  const children = entry.children?.filter((child) => child.group !== group);
  return children ? { ...entry, children } : entry;
}

/** Rejects if the lines aren't there as they were. */
async function replace(edit: WorkspaceEdit, { path, line, end, before, after }: LineEdit): Promise<void> {
  const document = await workspace.openTextDocument(Uri.file(path));
  const lines = before.map((_, at) =>
    line - 1 + at < document.lineCount ? document.lineAt(line - 1 + at).text : null,
  );
  if (before.some((text, at) => text.replace(/\r$/, "") !== lines[at])) {
    throw new Error(`${path} has changed since. Sort the null findings again.`);
  }
  const isLast = end > document.lineCount;
  const text = after.map((each) => each.replace(/\r$/, "")).join("\n");
  const range = document.validateRange(new Range(line - 1, 0, end - 1, 0));
  edit.replace(
    document.uri,
    range,
    isLast ? (before.length > 0 ? text : `\n${text}`) : `${text}${after.length > 0 ? "\n" : ""}`,
  );
}

function currentFolder(): WorkspaceFolder {
  const open = window.activeTextEditor?.document.uri;
  const folder = (open && workspace.getWorkspaceFolder(open)) ?? workspace.workspaceFolders?.[0];
  if (!folder) throw new Error("Open a folder: null findings are sorted in a project.");
  return folder;
}

/** What others than breadknife have found in a folder, as the command line reads an editor's diagnostics. */
function reported(folder: WorkspaceFolder): unknown[] {
  return languages
    .getDiagnostics()
    .filter(([uri]) => uri.scheme === "file" && workspace.getWorkspaceFolder(uri) === folder)
    .flatMap(([uri, found]) =>
      found
        .filter(({ source }) => source && source !== "nullcheck" && source !== "breadknife")
        .map((each) => ({ path: uri.fsPath, ...printed(each) })),
    );
}

function printed({ source, code, message, range }: Diagnostic): object {
  const value = typeof code === "object" ? code.value : code;
  return { source, code: String(value ?? ""), message, range: { start: range.start, end: range.end } };
}
