import { completionModel, type Facts, isBroken, isRunning, missing } from "./facts";
import { percent } from "./shown";

/** One entry of the status bar's menu. */
export interface Entry {
  readonly label: string;
  readonly description?: string;
  /** A command; absent in a separator. */
  readonly command?: string;
  readonly args?: readonly unknown[];
}

/** What the menu of the status bar offers: what the state asks for first, then what is always there. */
export function menu(facts: Facts): Entry[] {
  return [...pressing(facts), ...switches(facts), ...always(facts)];
}

function pressing({ state, setup, report, isTrusted }: Facts): Entry[] {
  const entries: Entry[] = [];
  if (setup) {
    const how = setup.fraction === undefined ? "" : `${percent(setup.fraction)}, `;
    entries.push({
      label: "$(stop-circle) Cancel the Download",
      description: `${how}${setup.message}`,
      command: "breadknife.cancelSetup",
    });
  } else if (state.kind === "absent") {
    entries.push({ label: "$(cloud-download) Set Up breadknife", command: "breadknife.setUp" });
  } else if (missing(report)) {
    const label = `$(cloud-download) Download the ${missing(report) === "engine" ? "Engine and the Model" : "Model"}`;
    entries.push({ label, command: "breadknife.download" });
  }
  if (isBroken(state)) {
    entries.push({
      label: "$(debug-restart) Restart the Server",
      description: state.reason,
      command: "breadknife.restart",
    });
  }
  if (!isTrusted) entries.push({ label: "$(shield) Manage Trust", command: "breadknife.manageTrust" });
  return entries;
}

function switches({ state, file }: Facts): Entry[] {
  const entries: Entry[] = [];
  if (state.kind === "paused") entries.push({ label: "$(debug-start) Resume", command: "breadknife.resume" });
  else if (isRunning(state)) entries.push({ label: "$(debug-pause) Pause", command: "breadknife.pause" });
  if (file?.isServed) {
    entries.push({
      label: `$(${icon(file.isLanguageOff)}) Turn ${to(file.isLanguageOff)} for ${file.languageName}`,
      command: "breadknife.toggleLanguage",
    });
    if (file.isInFolder) {
      entries.push({
        label: `$(${icon(file.isFileOff)}) Turn ${to(file.isFileOff)} for This File`,
        command: "breadknife.toggleFile",
      });
    }
  }
  return entries;
}

const icon = (isOff: boolean) => (isOff ? "check" : "circle-slash");
const to = (isOff: boolean) => (isOff ? "On" : "Off");

function always({ state, report }: Facts): Entry[] {
  const entries: Entry[] = [{ label: "" }];
  if (isRunning(state)) {
    const model = completionModel(report);
    entries.push(
      {
        label: "$(chip) Choose the Completion Model",
        ...(model ? { description: model } : {}),
        command: "breadknife.chooseModel",
      },
      { label: "$(question) Why Nothing Here?", command: "breadknife.whyNothing" },
      { label: "$(beaker) Run a Recipe Here", command: "breadknife.runRecipe" },
      { label: "$(search) Find by Words and Meaning", command: "breadknife.find" },
      { label: "$(comment-discussion) Ask the Shelf", command: "breadknife.askShelf" },
      { label: "$(library) Your Shelf", command: "breadknife.showShelf" },
    );
  }
  entries.push(
    { label: "$(list-unordered) Receipts", command: "breadknife.showReceipts" },
    { label: "$(package) Models", command: "breadknife.showModels" },
    { label: "$(book) Get Started", command: "breadknife.openWalkthrough" },
  );
  if (!isBroken(state)) {
    entries.push({ label: "$(debug-restart) Restart the Server", command: "breadknife.restart" });
  }
  entries.push({ label: "$(output) Show Log", command: "breadknife.showLog" });
  return entries;
}
