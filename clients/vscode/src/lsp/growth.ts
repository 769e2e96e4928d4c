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
  /** Asks the same again: what comes while typing, or what comes when the user asks by hand. */
  again(kind: InlineCompletionTriggerKind): Promise<Items>;
}

/** Replaces the suggestion on the screen by a better one, if the user is still there; until then it stays. */
export class Growth implements StaticFeature {
  #asked: Asked | undefined;
  #better: Items;
  #running = 0;
  #isOutdated = false;

  fillClientCapabilities(capabilities: { experimental?: unknown }): void {
    const ours = ["refreshCompletion", "offersSetup", "opensUntitled", "showsText", "showsReasons"];
    capabilities.experimental = { breadknife: Object.fromEntries(ours.map((name) => [name, true])) };
  }

  initialize(): void {}

  getState(): FeatureState {
    return { kind: "static" };
  }

  clear(): void {}

  readonly provide: Provide = async (document, position, context, token, next) => {
    if (this.#better && this.#asked && isAt(this.#asked, document, position)) return this.#better;
    const again = async (triggerKind: InlineCompletionTriggerKind) => {
      const asked: InlineCompletionContext = { ...context, triggerKind };
      return next(document, position, asked, new CancellationTokenSource().token);
    };
    this.#asked = { document, version: document.version, position, again };
    this.#isOutdated = false;
    this.#running++;
    try {
      return await next(document, position, context, token);
    } finally {
      this.#running--;
      if (this.#running === 0 && this.#isOutdated)
        setTimeout(() => this.#replace(InlineCompletionTriggerKind.Automatic));
    }
  };

  refresh({ uri, version }: Refresh): void {
    if (String(this.#asked?.document.uri) !== uri || this.#asked?.version !== version) return;
    if (this.#running > 0) this.#isOutdated = true;
    else void this.#replace(InlineCompletionTriggerKind.Automatic);
  }

  /** Asks by hand. What is shown stays until there is something better; false where there is nothing. */
  async suggest(): Promise<boolean> {
    if (this.#asked && isHere(this.#asked)) return this.#replace(InlineCompletionTriggerKind.Invoke);
    await trigger();
    return true;
  }

  async #replace(kind: InlineCompletionTriggerKind): Promise<boolean> {
    const asked = this.#asked;
    if (!asked || !isHere(asked)) return true;
    // The server may answer that the text has moved on; then the next key has asked again.
    const items = await asked.again(kind).catch(() => undefined);
    if (asked !== this.#asked || !isHere(asked)) return true;
    if (isEmpty(items)) return false;
    this.#better = items;
    try {
      await trigger();
    } finally {
      this.#better = undefined;
    }
    return true;
  }
}

/**
 * Has VS Code ask again, as if by hand: a question that it has an answer to it asks only after the answer was hidden.
 * The two in one go, so that nobody sees it.
 */
async function trigger(): Promise<void> {
  const both = ["editor.action.inlineSuggest.hide", "editor.action.inlineSuggest.trigger"];
  await commands.executeCommand("runCommands", { commands: both });
}

function isEmpty(items: Items): boolean {
  return !items || (Array.isArray(items) ? items : items.items).length === 0;
}

function isHere(asked: Asked): boolean {
  const editor = window.activeTextEditor;
  return editor !== undefined && isAt(asked, editor.document, editor.selection.active);
}

function isAt({ document, version, position }: Asked, otherDocument: TextDocument, otherPosition: Position): boolean {
  return document === otherDocument && version === otherDocument.version && position.isEqual(otherPosition);
}
