import { homedir } from "node:os";
import type { Readable } from "node:stream";
import {
  type Disposable,
  type LogOutputChannel,
  languages,
  type Range,
  type TextDocument,
  Uri,
  window,
  workspace,
} from "vscode";
import {
  CloseAction,
  DidChangeConfigurationNotification,
  DocumentDiagnosticRequest,
  ErrorAction,
  ExecuteCommandRequest,
  LanguageClient,
  type MessageActionItem,
  ShowMessageRequest,
  type ShowMessageRequestParams,
  State,
} from "vscode-languageclient/node";
import { documentSelector } from "../manifest";
import { lookUp } from "../settings";
import { Distinct } from "./duplicates";
import { Growth, type Refresh, refreshCompletion } from "./growth";
import { type Offer, recipesAt } from "./offers";
import { Pulse } from "./pulse";
import { dropStaleEdit } from "./staleEdits";
import type { Work } from "./work";

/** Requests that a model may work on. */
const MODEL_WORK = new Set(["textDocument/inlineCompletion", "codeAction/resolve", "workspace/executeCommand"]);
/** Commands that only look at what there is. */
const LOOKS = new Set(["breadknife.status", "breadknife.why", "breadknife.whyHere"]);

/** What the editor has the server do once a suggestion or a fix was taken. */
const TAKEN = new Set(["breadknife.accepted", "breadknife.command"]);

/** What the server tells instead of showing a message: see docs/protocol.md. */
const SHOW_TEXT = "breadknife/showText";
const SHOW_REASON = "breadknife/showReason";

export interface Text {
  readonly title: string;
  /** Plain text: a model may have written it. */
  readonly text: string;
}

/** Why something that the user has chosen wasn't made. */
export interface Refusal {
  readonly title: string;
  readonly reason: string;
  readonly sentence: string;
  readonly remedy: string;
}

/** Any server answers this, if only by saying that it doesn't know it. */
const PING = "breadknife/ping";

export interface Owner {
  readonly log: LogOutputChannel;
  /** The process writes to its stderr. */
  onStderr(stderr: Readable): void;
  /** The connection is gone without having been asked to: should the server be started again? */
  shouldRestart(): Promise<boolean>;
  onStarting(): void;
  onRunning(): void;
  onStartFailed(): void;
  /** The server stops answering (true), or answers again. */
  onHung(isHung: boolean): void;
  /** A model's work begins (1) or ends (-1). */
  onWork(change: 1 | -1): void;
  /** The user takes a suggestion or a fix. */
  onTaken(): void;
  onText(text: Text): void;
  onRefusal(refusal: Refusal): void;
  readonly work: Work;
}

/** A connection to one server. */
export interface Connection {
  start(): Promise<void>;
  /** Ends the server; kills it where it doesn't end by itself. */
  dispose(): Promise<void>;
  kill(): void;
  isRunning(): boolean;
  isStarting(): boolean;
  execute(command: string, args: readonly unknown[]): Promise<unknown>;
  /** Asks for suggestions by hand; false where there are none. */
  suggest(): Promise<boolean>;
  /** The recipes that have something to do there. */
  recipes(document: TextDocument, range: Range): Promise<Offer[]>;
}

/** A client that tells its owner of trouble, and never the user: that is for one place to do, in plain words. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

export type Connect = typeof connect;

export function connect(command: string, args: readonly string[], owner: Owner): Connection {
  // In the user's home: a workspace must not put its own modules or libraries in the server's way.
  const executable = { command, args: [...args], options: { cwd: homedir() } };
  const growth = new Growth();
  const pulse = new Pulse({
    ping: () => client.sendRequest(PING),
    onHung: () => owner.onHung(true),
    onAlive: () => owner.onHung(false),
  });
  const distinct = new DistinctCollections();
  const client: LanguageClient = new QuietClient("breadknife", "breadknife", executable, {
    documentSelector,
    outputChannel: owner.log,
    stdioOptions: { stdout: () => {}, stderr: (stderr) => owner.onStderr(stderr) },
    synchronize: { configurationSection: "breadknife" },
    diagnosticCollectionProvider: distinct,
    // The server takes this word here alone: in settings it might be a workspace's.
    initializationOptions: () => ({ trusted: workspace.isTrusted }),
    initializationFailedHandler: () => false,
    errorHandler: {
      // A pipe that breaks is also closed, and then `closed` decides; to shut down here would forbid the restart.
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: async () => ({
        action: (await owner.shouldRestart()) ? CloseAction.Restart : CloseAction.DoNotRestart,
        handled: true,
      }),
    },
    middleware: {
      sendRequest: async (type, param, token, next) => {
        const method = typeof type === "string" ? type : type.method;
        if (method === PING) return next(type, param, token);
        const { command } = (param ?? {}) as { command?: unknown };
        const isWork = MODEL_WORK.has(method) && !LOOKS.has(String(command));
        if (isWork) owner.onWork(1);
        try {
          return await pulse.during(() => next(type, param, token));
        } finally {
          if (isWork) owner.onWork(-1);
        }
      },
      handleWorkDoneProgress: (token, params, next) => {
        owner.work.take(token, params);
        if (params.kind === "end") next(token, params); // So that the client forgets it, whose own bar never began.
      },
      provideInlineCompletionItems: growth.provide,
      resolveCodeAction: async (action, token, next) => {
        const resolved = await dropStaleEdit(action, token, next);
        if (resolved?.edit) owner.onTaken();
        return resolved;
      },
      executeCommand: (command, given, next) => {
        if (TAKEN.has(command)) owner.onTaken();
        return next(command, given);
      },
      workspace: {
        didChangeConfiguration: () =>
          client.sendNotification(DidChangeConfigurationNotification.type, { settings: lookUp(undefined) }),
        configuration: ({ items }) =>
          items.map(({ section, scopeUri }) => lookUp(section, scopeUri ? Uri.parse(scopeUri) : undefined)),
      },
    },
  });
  client.registerFeature(growth);
  client.onNotification(refreshCompletion, ({ uri, version }: Refresh) =>
    growth.refresh({ uri: String(client.protocol2CodeConverter.asUri(uri)), version }),
  );
  client.onRequest(ShowMessageRequest.type, choose);
  client.onNotification(SHOW_TEXT, (text: Text) => owner.onText(text));
  client.onNotification(SHOW_REASON, (refusal: Refusal) => owner.onRefusal(refusal));
  client.onDidChangeState(({ newState }) => {
    if (newState === State.Starting) owner.onStarting();
    if (newState === State.Running) owner.onRunning();
    if (newState === State.StartFailed) owner.onStartFailed();
  });
  // The client asks about a cell by itself only if the notebook was shown before the cell was opened.
  const notebooks = window.onDidChangeVisibleNotebookEditors(() => {
    if (client.isRunning()) client.getFeature(DocumentDiagnosticRequest.method).refresh();
  });
  return {
    start: () => client.start(),
    dispose: async () => {
      notebooks.dispose();
      pulse.dispose();
      owner.work.clear();
      try {
        await client.dispose();
      } finally {
        distinct.end();
      }
    },
    kill: () => client.serverProcess?.kill("SIGKILL"),
    isRunning: () => client.isRunning(),
    isStarting: () => client.state === State.Starting,
    execute: (name, given) => client.sendRequest(ExecuteCommandRequest.type, { command: name, arguments: [...given] }),
    suggest: () => growth.suggest(),
    recipes: (document, range) => recipesAt(client, document, range),
  };
}

/** The second menu of fixes. VS Code shows such a question as a message, whose buttons have room for two words each. */
async function choose({ message, actions = [] }: ShowMessageRequestParams): Promise<MessageActionItem | null> {
  const picks = actions.map((action) => ({ label: action.title, action }));
  const picked = await window.showQuickPick(picks, { title: message.replace(/^breadknife: /, "") });
  return picked?.action ?? null;
}

/** Gives the client collections that leave out what the editor's own checkers show. */
class DistinctCollections {
  readonly #open = new Set<Distinct>();
  readonly #subscription: Disposable = languages.onDidChangeDiagnostics(({ uris }) => {
    for (const collection of this.#open) collection.refresh(uris);
  });

  create(name: string | undefined): Distinct {
    const collection = new Distinct(languages.createDiagnosticCollection(name), (uri) => languages.getDiagnostics(uri));
    this.#open.add(collection);
    return collection;
  }

  dispose(collection: { dispose(): void }): void {
    this.#open.delete(collection as Distinct);
    collection.dispose();
  }

  end(): void {
    this.#subscription.dispose();
  }
}
