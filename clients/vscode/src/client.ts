import { homedir } from "node:os";
import type { Readable } from "node:stream";
import { type LogOutputChannel, Uri, workspace } from "vscode";
import {
  CloseAction,
  DidChangeConfigurationNotification,
  ErrorAction,
  LanguageClient,
} from "vscode-languageclient/node";
import { Growth, type Refresh, refreshCompletion } from "./growth";
import { documentSelector } from "./manifest";
import { lookUp } from "./settings";
import { dropStaleEdit } from "./staleEdits";

/** Requests that a model may work on. */
const MODEL_WORK = new Set(["textDocument/inlineCompletion", "codeAction/resolve", "workspace/executeCommand"]);

export interface Owner {
  readonly log: LogOutputChannel;
  /** The process writes to its stderr. */
  onStderr(stderr: Readable): void;
  /** The connection is gone without having been asked to: should the server be started again? */
  shouldRestart(): Promise<boolean>;
  /** A model's work begins (1) or ends (-1). */
  onWork(change: 1 | -1): void;
}

/** A client that tells its owner of trouble, and never the user: that is for one place to do, in plain words. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

export function createClient(command: string, args: string[], owner: Owner): LanguageClient {
  // In the user's home: a workspace must not put its own modules or libraries in the server's way.
  const executable = { command, args, options: { cwd: homedir() } };
  const growth = new Growth();
  const client: LanguageClient = new QuietClient("breadknife", "breadknife", executable, {
    documentSelector,
    outputChannel: owner.log,
    stdioOptions: { stdout: () => {}, stderr: (stderr) => owner.onStderr(stderr) },
    synchronize: { configurationSection: "breadknife" },
    // The server takes this word here alone: in settings it might be a workspace's own.
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
        if (!MODEL_WORK.has(method)) return next(type, param, token);
        owner.onWork(1);
        try {
          return await next(type, param, token);
        } finally {
          owner.onWork(-1);
        }
      },
      provideInlineCompletionItems: growth.provide,
      resolveCodeAction: dropStaleEdit,
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
  return client;
}
