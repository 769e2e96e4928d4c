import { commands, type Disposable, type TextDocumentContentProvider, Uri, window, workspace } from "vscode";
import { plain } from "./plain";

const SCHEME = "breadknife-page";

/** Pages that are kept, for the editors that still show them. */
const KEPT = 20;

/** What is too long for a message, as a page beside what the user works on. Nothing is saved, and nothing asks for it. */
export class Pages implements TextDocumentContentProvider, Disposable {
  readonly #texts = new Map<string, string>();
  readonly #registration: Disposable;
  #count = 0;

  constructor() {
    this.#registration = workspace.registerTextDocumentContentProvider(SCHEME, this);
  }

  provideTextDocumentContent(uri: Uri): string {
    return this.#texts.get(uri.toString()) ?? "This page is no longer there: ask again.";
  }

  /** Show Markdown of our own making. Whatever comes from elsewhere in it must have gone through `plain`. */
  async show(title: string, markdown: string): Promise<void> {
    this.#count += 1;
    const name = title.replace(/[^\p{L}\p{N} .-]/gu, "").trim() || "breadknife";
    const uri = Uri.from({ scheme: SCHEME, path: `/${name}.md`, query: String(this.#count) });
    this.#texts.set(uri.toString(), `# ${plain(title)}\n\n${markdown}\n`);
    for (const oldest of [...this.#texts.keys()].slice(0, -KEPT)) this.#texts.delete(oldest);
    try {
      // A locked preview stays what it is while the user goes on in another Markdown file.
      await commands.executeCommand("markdown.showLockedPreviewToSide", uri);
    } catch {
      await window.showTextDocument(uri, { preview: true }); // VS Code's own Markdown extension is off.
    }
  }

  dispose(): void {
    this.#registration.dispose();
  }
}
