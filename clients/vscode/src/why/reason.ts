import type { Facts, State } from "../status/facts";

/** What became of a request: one answer of the server's command `breadknife.why`. */
export interface Receipt {
  readonly id: string;
  readonly request: string;
  readonly plugin: string;
  readonly outcome: "answered" | "nothing" | "cancelled" | "failed";
  readonly uri: string;
  /** From 1; 0 where it was about the whole document. */
  readonly line: number;
  /** A stable code; empty where there was an answer. */
  readonly reason: string;
  readonly sentence: string;
  readonly remedy: string;
  readonly model: string;
  readonly prompt_tokens: number;
  readonly cached_tokens: number;
  readonly output_tokens: number;
  readonly milliseconds: number;
  readonly bytes_sent: number;
  /** Unix time, in seconds. */
  readonly at: number;
  /** How many like it this one stands for. */
  readonly times: number;
}

/** What the server's command `breadknife.whyHere` says of a place. */
export interface Explanation {
  /** The plugin whose answer was expected there; empty if there is none. */
  readonly expected: string;
  /** A stable code. */
  readonly reason: string;
  readonly sentence: string;
  readonly remedy: string;
}

/** Why nothing is shown at the cursor: a sentence, and a button that helps. */
export interface Why {
  readonly sentence: string;
  readonly button: Button | undefined;
}

export interface Stopped extends Why {
  readonly button: Button;
}

export interface Button {
  readonly title: string;
  readonly command: string;
}

export interface Asked extends Facts {
  /** The editor's own setting `editor.inlineSuggest.enabled`. */
  readonly areSuggestionsOn: boolean;
  /** What the server says of the place; undefined where none answers. */
  readonly explanation: Explanation | undefined;
}

const SUGGEST: Button = { title: "Suggest Now", command: "breadknife.suggest" };
const RESTART: Button = { title: "Restart Server", command: "breadknife.restart" };
const MODELS: Button = { title: "Show Models", command: "breadknife.showModels" };
const DOWNLOAD: Button = { title: "Download Model", command: "breadknife.download" };
const LOG: Button = { title: "Show Log", command: "breadknife.showLog" };
const SETTINGS: Button = { title: "Open Settings", command: "breadknife.openSettings" };

/** What helps against a reason of the server's; for all others there are the remedy's words. */
const HELP: Readonly<Record<string, Button>> = {
  "engine-missing": { title: "Download Engine", command: "breadknife.download" },
  "model-missing": DOWNLOAD,
  "model-corrupt": DOWNLOAD,
  "model-unknown": MODELS,
  "model-set-aside": MODELS,
  "model-failed": MODELS,
  offline: SETTINGS,
  disabled: SETTINGS,
  "rule-off": SETTINGS,
  "hidden-severity": SETTINGS,
  "languagetool-off": SETTINGS,
  "untrusted-recipes": { title: "Trust Folder", command: "breadknife.manageTrust" },
  "no-languagetool": { title: "Set Up LanguageTool", command: "breadknife.setUp" },
  "only-languagetool": { title: "Set Up LanguageTool", command: "breadknife.setUp" },
  "no-judge": DOWNLOAD,
  "in-menu": { title: "Open the Menu", command: "editor.action.quickFix" },
  marked: { title: "Open the Menu", command: "editor.action.quickFix" },
  "engine-failed": RESTART,
  "plugin-hung": RESTART,
  "plugin-busy": RESTART,
  "plugin-paused": RESTART,
  "too-slow": RESTART,
  "plugin-broke": LOG,
  "plugin-flooded": LOG,
  "bad-span": LOG,
  failed: LOG,
  "no-shelf": { title: "Add a Folder", command: "breadknife.addToShelf" },
};

/** The first of the causes that applies, from the editor inwards to the model. */
export function why(asked: Asked): Why {
  return outside(asked) ?? inside(asked);
}

/** What keeps the server from being asked. */
function outside({ state, setup, file }: Asked): Why | undefined {
  if (!file?.isServed) {
    const what = file ? `breadknife doesn't serve ${file.languageName}.` : "No file is open.";
    return { sentence: what, button: { title: "Open a Sample", command: "breadknife.openSample" } };
  }
  if (setup) return { sentence: `breadknife is being set up: ${setup.message}.`, button: MODELS };
  const stopped = whyStopped(state);
  if (stopped) return stopped;
  if (file.isFileOff) {
    const button = { title: "Turn On for This File", command: "breadknife.toggleFile" };
    return { sentence: "Your settings turn breadknife off for this file.", button };
  }
  if (file.isLanguageOff) {
    const button = { title: `Turn On for ${file.languageName}`, command: "breadknife.toggleLanguage" };
    return { sentence: `Your settings turn breadknife off for ${file.languageName}.`, button };
  }
  return undefined;
}

/** What the server says, unless the editor itself shows no suggestions where one is expected. */
function inside({ explanation, areSuggestionsOn }: Asked): Why {
  if (!explanation) return { sentence: "The server gave no answer.", button: RESTART };
  const { expected, reason, sentence, remedy } = explanation;
  if (expected === "completion" && !areSuggestionsOn) {
    const button = { title: "Enable Inline Suggestions", command: "breadknife.enableSuggestions" };
    return { sentence: "Inline suggestions are off in the editor's settings.", button };
  }
  const button = HELP[reason];
  // A button is the remedy: the words for a terminal would be a second one.
  if (button) return { sentence: asSentence(sentence), button };
  const said = [sentence, remedy].filter(Boolean).map(asSentence).join(" ");
  return expected === "completion" ? { sentence: said, button: SUGGEST } : { sentence: said, button: undefined };
}

/** Why no server answers; undefined where one does. */
export function whyStopped(state: State): Stopped | undefined {
  switch (state.kind) {
    case "absent":
      return { sentence: "breadknife needs its server.", button: { title: "Set Up", command: "breadknife.setUp" } };
    case "unstartable":
    case "crashed":
    case "hung":
      return { sentence: state.reason, button: RESTART };
    case "paused":
      return { sentence: "breadknife is paused.", button: { title: "Resume", command: "breadknife.resume" } };
    case "starting":
    case "stopped":
      return { sentence: `The server is ${state.kind}.`, button: LOG };
  }
  return undefined;
}

/** The server's sentences begin with a small letter and have no full stop. */
export function asSentence(text: string): string {
  const trimmed = text.trim();
  const end = /[.!?…]$/.test(trimmed) ? "" : ".";
  return `${trimmed.charAt(0).toUpperCase()}${trimmed.slice(1)}${end}`;
}

/** The button that helps against a reason of the server's; undefined where none does. */
export function helpAgainst(reason: string): Button | undefined {
  return HELP[reason];
}
