import { type Disposable, LanguageStatusSeverity, languages } from "vscode";
import { documentSelector } from "./manifest";
import type { Server } from "./server";

/** Shorter work than this isn't shown: the item must not flicker at every key. */
const CALM = 500; // ms

/** The item behind `{}` in the status bar. */
export function createStatusItem(server: Server): Disposable {
  const item = languages.createLanguageStatusItem("breadknife", documentSelector);
  item.name = "breadknife";
  item.text = "breadknife";
  item.command = { command: "breadknife.showStatus", title: "Show Status" };
  let timer: NodeJS.Timeout | undefined;
  const show = () => {
    clearTimeout(timer);
    const { state } = server;
    const busy = state.kind === "starting" || state.kind === "working";
    if (busy) timer = setTimeout(() => (item.busy = true), CALM);
    else item.busy = false;
    item.detail = state.kind === "problem" ? state.reason : state.kind;
    item.severity = state.kind === "problem" ? LanguageStatusSeverity.Error : LanguageStatusSeverity.Information;
  };
  show();
  const subscription = server.onDidChangeState(show);
  return {
    dispose() {
      clearTimeout(timer);
      subscription.dispose();
      item.dispose();
    },
  };
}
