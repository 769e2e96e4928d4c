import { type Disposable, MarkdownString, StatusBarAlignment, type StatusBarItem, ThemeColor, window } from "vscode";
import type { Facts } from "./facts";
import { type Shown, shown } from "./shown";
import type { Watch } from "./watch";

/** Shorter work than this isn't shown: the item must not flicker at every key. */
const CALM = 500; // ms

const COLOURS: Readonly<Record<Shown["tone"], ThemeColor | undefined>> = {
  plain: undefined,
  warning: new ThemeColor("statusBarItem.warningBackground"),
  error: new ThemeColor("statusBarItem.errorBackground"),
};

/** The item in the status bar; its menu is a command. */
export function createStatusItem(watch: Watch): Disposable {
  const item = window.createStatusBarItem("breadknife.status", StatusBarAlignment.Right, 100);
  item.name = "breadknife";
  item.command = "breadknife.showMenu";
  let timer: NodeJS.Timeout | undefined;
  const show = (facts: Facts) => {
    clearTimeout(timer);
    if (facts.state.kind === "working") timer = setTimeout(() => put(item, shown(facts)), CALM);
    else put(item, shown(facts));
  };
  show(watch.facts);
  item.show();
  const subscription = watch.onDidChange(show);
  return {
    dispose() {
      clearTimeout(timer);
      subscription.dispose();
      item.dispose();
    },
  };
}

function put(item: StatusBarItem, { icon, words, explanation, tone }: Shown): void {
  item.text = `$(${icon}) breadknife${words && `: ${words}`}`;
  item.tooltip = new MarkdownString().appendText(explanation);
  item.backgroundColor = COLOURS[tone];
  item.accessibilityInformation = { label: `breadknife${words && `, ${words}`}. ${explanation}`, role: "button" };
}
