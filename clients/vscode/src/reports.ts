import { type Disposable, EventEmitter, type TextDocumentContentProvider, Uri, window, workspace } from "vscode";

const SCHEME = "breadknife";

/** Text to read and to copy, in read-only tabs: one for each title. */
export class Reports implements TextDocumentContentProvider, Disposable {
  readonly #texts = new Map<string, string>();
  readonly #changes = new EventEmitter<Uri>();
  readonly onDidChange = this.#changes.event;
  readonly #registration = workspace.registerTextDocumentContentProvider(SCHEME, this);

  provideTextDocumentContent(uri: Uri): string {
    return this.#texts.get(uri.path) ?? "";
  }

  async show(title: string, text: string): Promise<void> {
    const uri = Uri.from({ scheme: SCHEME, path: title });
    this.#texts.set(uri.path, text);
    this.#changes.fire(uri);
    await window.showTextDocument(uri, { preview: true });
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changes.dispose();
  }
}
