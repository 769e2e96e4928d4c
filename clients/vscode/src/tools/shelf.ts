import { basename } from "node:path";
import { commands, type Disposable, env, ProgressLocation, type QuickPickItem, Uri, window } from "vscode";
import type { Pages } from "../pages";
import { asSentence } from "../why/reason";
import { type Answer, amounts, answerPage, counted, type Folder, sources } from "./answers";
import { type Cli, json, Stopped, withDashes } from "./cli";

const ADD = "Add a Folder";

/** The commands about the shelf: the user's folders of documents, which are searched for what answers a question. */
export class Shelf implements Disposable {
  readonly #cli: Cli;
  readonly #pages: Pages;
  #stop: AbortController | undefined;

  constructor(cli: Cli, pages: Pages) {
    this.#cli = cli;
    this.#pages = pages;
  }

  dispose(): void {
    this.#stop?.abort();
  }

  /** Lets the user choose a folder, and reads it. */
  async add(): Promise<void> {
    const [folder] =
      (await window.showOpenDialog({
        title: "Add a Folder to the Shelf",
        openLabel: "Add to Shelf",
        canSelectFiles: false,
        canSelectFolders: true,
      })) ?? [];
    if (folder) await this.#read([folder.fsPath]);
  }

  /** Reads what has changed in all folders. */
  async update(): Promise<void> {
    if ((await this.#folders()).length === 0) await this.#offer();
    else await this.#read([]);
  }

  async ask(): Promise<void> {
    if ((await this.#folders()).length === 0) return this.#offer();
    const question = await window.showInputBox({
      title: "Ask the Shelf",
      prompt: "Quotes what your documents say, word for word.",
      placeHolder: "How hot must the oven be?",
    });
    if (!question?.trim()) return;
    const asked = json<Answer>(this.#cli, ["shelf", "ask"], [question]);
    const progress = { location: ProgressLocation.Notification, title: "Searching the shelf" };
    const answer = await window.withProgress(progress, () => asked);
    await this.#pages.show(question, answerPage(answer));
    await offerSources(answer);
  }

  async show(): Promise<void> {
    const folders = await this.#folders();
    if (folders.length === 0) return this.#offer();
    const picks: (QuickPickItem & { run: () => Promise<void> })[] = [
      { label: `$(add) ${ADD}`, run: () => this.add() },
      { label: "$(sync) Update All Folders", run: () => this.#read([]) },
      ...folders.map((folder) => ({
        label: `$(folder) ${folder.folder}`,
        detail: amounts(folder),
        run: () => this.#read([folder.folder]),
      })),
    ];
    const picked = await window.showQuickPick(picks, {
      title: "Your Shelf",
      placeHolder: "Choose a folder to update it",
    });
    await picked?.run();
  }

  #folders(): Promise<Folder[]> {
    return json<Folder[]>(this.#cli, ["shelf", "status"]);
  }

  async #offer(): Promise<void> {
    const chosen = await window.showInformationMessage("No folder is on your shelf.", ADD);
    if (chosen === ADD) await this.add();
  }

  /** Reads folders, or all: with progress, and a stop after which the next time goes on from there. */
  async #read(folders: readonly string[]): Promise<void> {
    if (this.#stop) throw new Error("A folder is being read already.");
    const stop = new AbortController();
    this.#stop = stop;
    try {
      const options = { location: ProgressLocation.Notification, title: "Reading your shelf", cancellable: true };
      const { code, notices } = await window.withProgress(options, (bar, token) => {
        token.onCancellationRequested(() => stop.abort());
        return this.#cli(["shelf", "add", ...withDashes(folders)], {
          signal: stop.signal,
          onNotice: (message) => bar.report({ message }),
        });
      });
      if (code !== 0) throw new Error(notices.at(-1) ?? "The folder can't be read.");
      await this.#told(folders, notices);
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
    } finally {
      this.#stop = undefined;
    }
  }

  /** Says what there is now, and what the command had to add, such as that only words are searched. */
  async #told(folders: readonly string[], notices: readonly string[]): Promise<void> {
    const all = await this.#folders();
    const read = all.find(({ folder }) => folders.length === 1 && folder === folders[0]);
    const pages = all.reduce((sum, folder) => sum + folder.pages, 0);
    const said = read ? `“${basename(read.folder)}” is on your shelf: ${amounts(read)}.` : "";
    const remark = notices.find((line) => line.startsWith("only words are searched"));
    const sentences = [
      said || `Your shelf has ${counted(pages, "page")} in ${counted(all.length, "folder")}.`,
      remark && asSentence(remark),
    ];
    const chosen = await window.showInformationMessage(sentences.filter(Boolean).join(" "), "Ask the Shelf");
    if (chosen) await this.ask();
  }
}

/** VS Code's preview opens no link to a file outside of the workspace: buttons do. */
async function offerSources(answer: Answer): Promise<void> {
  const found = sources(answer);
  if (found.length === 0) return;
  const titles = found.map(({ title }) => title);
  const chosen = await window.showInformationMessage("The shelf has an answer.", ...titles);
  const source = found.find(({ title }) => title === chosen);
  if (!source) return;
  const uri = Uri.parse(source.link, true);
  if (/\.pdf$/i.test(uri.path)) await env.openExternal(uri);
  else await commands.executeCommand("vscode.open", uri.with({ fragment: "" }));
}
