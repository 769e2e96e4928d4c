import { type Facts, type File, isRunning, missing } from "./facts";

export interface Shown {
  /** A codicon. */
  readonly icon: string;
  /** Beside the icon and the name; empty where all is well. */
  readonly words: string;
  /** A sentence. */
  readonly explanation: string;
  readonly tone: "plain" | "warning" | "error";
}

/** What the status bar shows: what the user can do something about comes first. */
export function shown(facts: Facts): Shown {
  const { state, setup, work, report, isTrusted, file } = facts;
  if (setup) return busy("setting up", setup.fraction, setup.message);
  switch (state.kind) {
    case "absent":
      return plain("cloud-download", "set up", "breadknife needs its server: choose this to set it up.", "warning");
    case "unstartable":
      return plain("error", "can't start", state.reason, "error");
    case "crashed":
      return plain("error", "crashed", state.reason, "error");
    case "hung":
      return plain("error", "not answering", state.reason, "error");
    case "paused":
      return plain("debug-pause", "paused", "breadknife is paused until you resume it.");
    case "starting":
      return plain("loading~spin", "starting", "The server is starting.");
    case "stopped":
      return plain("circle-slash", "stopped", "The server isn't running.");
  }
  const off = file && whyOff(file);
  if (off) return off;
  if (work) return busy(doing(work.message), work.fraction, work.message);
  const lacks = missing(report);
  if (lacks) {
    const what = lacks === "engine" ? "the engine that runs models" : "the completion model";
    return plain(
      "cloud-download",
      `${lacks} missing`,
      `Suggestions need ${what}: choose this to download it.`,
      "warning",
    );
  }
  if (!isTrusted) {
    return plain(
      "shield",
      "untrusted",
      "You don't trust this folder: breadknife runs none of its programs.",
      "warning",
    );
  }
  if (state.kind === "working") return plain("loading~spin", "", "A model is working.");
  return plain("check", "", "breadknife is ready.");
}

function whyOff({ isServed, isLanguageOff, isFileOff, languageName }: File): Shown | undefined {
  if (!isServed) return plain("circle-slash", `not for ${languageName}`, `breadknife doesn't serve ${languageName}.`);
  if (isFileOff) return plain("circle-slash", "off for this file", "Your settings turn breadknife off for this file.");
  if (!isLanguageOff) return undefined;
  return plain("circle-slash", `off for ${languageName}`, `Your settings turn breadknife off for ${languageName}.`);
}

/** The verb that a message of the server begins with, such as "reading"; "working" if it begins with another word. */
function doing(message: string): string {
  return /^[a-z]+ing\b/.exec(message)?.[0] ?? "working";
}

function busy(what: string, fraction: number | undefined, explanation: string): Shown {
  const words = fraction === undefined ? what : `${what} ${percent(fraction)}`;
  return plain("loading~spin", words, explanation);
}

export function percent(fraction: number): string {
  return `${Math.floor(fraction * 100)} %`;
}

function plain(icon: string, words: string, explanation: string, tone: Shown["tone"] = "plain"): Shown {
  return { icon, words, explanation, tone };
}

/** Keys for `when` clauses, without `breadknife.`. */
export function contextKeys({ state, setup, report }: Facts): Record<string, boolean> {
  return {
    running: isRunning(state),
    paused: state.kind === "paused",
    settingUp: setup !== undefined,
    modelMissing: isRunning(state) && missing(report) !== undefined,
  };
}
