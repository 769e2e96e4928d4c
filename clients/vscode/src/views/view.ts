import { type Disposable, Uri, type WebviewView, type WebviewViewProvider, window } from "vscode";
import { type Html, page } from "./html";

export interface Content {
  readonly content: Html;
  /** What a screen reader says when the content has changed. */
  readonly news: string;
}

export interface Source {
  readonly id: string;
  readonly title: string;
  /** Called whenever the content may have changed and somebody sees it. */
  render(): Promise<Content>;
  /** A button was pressed. */
  act(command: string, argument: string): void;
}

/** Changes that come close together are shown together. */
const CALM = 200; // ms

/** One view in breadknife's side bar. Its content is made here and has no script. */
export class View implements WebviewViewProvider, Disposable {
  readonly #media: Uri;
  readonly #source: Source;
  readonly #onSeen: () => void;
  readonly #registration: Disposable;
  #view: WebviewView | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isRendering = false;
  #isOutdated = false;

  /** `onSeen` is called when the user has the view before them. */
  constructor(extension: Uri, source: Source, onSeen: () => void = () => {}) {
    this.#media = Uri.joinPath(extension, "media");
    this.#source = source;
    this.#onSeen = onSeen;
    this.#registration = window.registerWebviewViewProvider(source.id, this);
  }

  resolveWebviewView(view: WebviewView): void {
    const { webview } = view;
    this.#view = view;
    webview.options = { enableScripts: true, localResourceRoots: [this.#media] };
    webview.onDidReceiveMessage((message: { command?: unknown; argument?: unknown }) => {
      if (message.command === "ready") this.refresh();
      else this.#source.act(String(message.command), String(message.argument ?? ""));
    });
    view.onDidChangeVisibility(() => this.refresh());
    view.onDidDispose(() => {
      this.#view = undefined;
    });
    const at = (file: string) => webview.asWebviewUri(Uri.joinPath(this.#media, file)).toString();
    webview.html = page({
      source: webview.cspSource,
      style: at("view.css"),
      script: at("view.js"),
      title: this.#source.title,
    });
  }

  /** Show what there is now, if anybody sees it. */
  refresh(): void {
    if (!this.#view?.visible) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#isOutdated = true;
      if (!this.#isRendering) void this.#show();
    }, CALM);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#registration.dispose();
  }

  /** One rendering at a time: it may take longer than the changes are apart. */
  async #show(): Promise<void> {
    this.#isRendering = true;
    try {
      while (this.#isOutdated) {
        this.#isOutdated = false;
        const { content, news } = await this.#source.render();
        await this.#view?.webview.postMessage({ content: content.text, news });
        this.#onSeen();
      }
    } finally {
      this.#isRendering = false;
    }
  }
}
