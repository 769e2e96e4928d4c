import {
  CancellationTokenSource,
  commands,
  type InlineCompletionContext,
  type InlineCompletionItem,
  type InlineCompletionList,
  InlineCompletionTriggerKind,
  type Position,
  type TextDocument,
  window,
} from "vscode";
import type { FeatureState, Middleware, StaticFeature } from "vscode-languageclient/node";

/** The server has more of a suggestion than it has answered. */
export const refreshCompletion = "breadknife/refreshCompletion";

export interface Refresh {
  readonly uri: string;
  readonly version: number;
}

type Provide = NonNullable<Middleware["provideInlineCompletionItems"]>;
type Items = InlineCompletionItem[] | InlineCompletionList | null | undefined;

/** What VS Code asked last. */
interface Asked {
  readonly document: TextDocument;
  readonly version: number;
  readonly position: Position;
  ask(): Promise<Items>;
}

/** Shows more of a suggestion when the server has more of it, if the user is still there. */
export class Growth implements StaticFeature {
  #asked: Asked | undefined;
  #grown: Items;
  #running = 0;
  #outdated = false;

  fillClientCapabilities(capabilities: { experimental?: unknown }): void {
    capabilities.experimental = { breadknife: { refreshCompletion: true } };
  }

  initialize(): void {}

  getState(): FeatureState {
    return { kind: "static" };
  }

  clear(): void {}

  readonly provide: Provide = async (document, position, context, token, next) => {
    if (this.#grown && this.#asked && isAt(this.#asked, document, position)) return this.#grown;
    const ask = async () => {
      const again: InlineCompletionContext = { ...context, triggerKind: InlineCompletionTriggerKind.Automatic };
      return next(document, position, again, new CancellationTokenSource().token);
    };
    this.#asked = { document, version: document.version, position, ask };
    this.#outdated = false;
    this.#running++;
    try {
      return await next(document, position, context, token);
    } finally {
      this.#running--;
      if (this.#running === 0 && this.#outdated) setTimeout(() => this.#grow());
    }
  };

  refresh({ uri, version }: Refresh): void {
    if (String(this.#asked?.document.uri) !== uri || this.#asked?.version !== version) return;
    if (this.#running > 0) this.#outdated = true;
    else void this.#grow();
  }

  async #grow(): Promise<void> {
    const asked = this.#asked;
    if (!asked || !isHere(asked)) return;
    const items = await asked.ask();
    if (asked !== this.#asked || !isHere(asked)) return;
    this.#grown = items;
    try {
      await askAgain();
    } finally {
      this.#grown = undefined;
    }
  }
}

/**
 * Have VS Code ask again, as if by hand: a question that it has an answer to it asks only after the answer was hidden.
 * The two in one go, so that nobody sees it.
 */
export async function askAgain(): Promise<void> {
  const both = ["editor.action.inlineSuggest.hide", "editor.action.inlineSuggest.trigger"];
  await commands.executeCommand("runCommands", { commands: both });
}

function isHere(asked: Asked): boolean {
  const editor = window.activeTextEditor;
  return editor !== undefined && isAt(asked, editor.document, editor.selection.active);
}

function isAt({ document, version, position }: Asked, otherDocument: TextDocument, otherPosition: Position): boolean {
  return document === otherDocument && version === otherDocument.version && position.isEqual(otherPosition);
}
