/** What is known of breadknife at a moment: what the status bar, its menu, the views and "Why nothing here?" show. */
import type { Progress } from "../setup/events";

export type State =
  | { readonly kind: "stopped" | "starting" | "ready" | "working" | "paused" }
  /** There is no `breadknife` on this machine yet. */
  | { readonly kind: "absent" }
  /** It can't be started, crashed too often, or doesn't answer. */
  | { readonly kind: "unstartable" | "crashed" | "hung"; readonly reason: string };

/** The server's own report: the answer to the command `breadknife.status`. */
export interface Report {
  readonly version: string;
  readonly offline: boolean;
  readonly bytes_sent: number;
  readonly engine: Engine | null;
  /** Older servers don't say. */
  readonly engine_installed?: boolean;
  readonly models: readonly RoleModel[];
  readonly plugins: readonly { readonly name: string; readonly enabled: boolean }[];
  readonly lines: readonly string[];
}

export interface Engine {
  readonly pid: number;
  readonly resident_bytes: number;
  readonly models: readonly { readonly name: string; readonly bytes: number }[];
}

export interface RoleModel {
  readonly name: string;
  readonly roles: readonly string[];
  /** Null where it isn't on this machine, or where another engine runs it. */
  readonly path: string | null;
}

/** The document in the active editor. */
export interface File {
  readonly uri: string;
  readonly language: string;
  /** As VS Code shows it: `Python`. */
  readonly languageName: string;
  /** Whether breadknife has anything to say about this language. */
  readonly isServed: boolean;
  /** Whether settings can be made for this file alone: it is in a folder of the workspace. */
  readonly isInFolder: boolean;
  readonly isLanguageOff: boolean;
  readonly isFileOff: boolean;
}

export interface Facts {
  readonly state: State;
  readonly isTrusted: boolean;
  /** A set-up that runs. */
  readonly setup?: Progress | undefined;
  /** Something that the server says it is doing, such as loading a model or reading a text. */
  readonly work?: Progress | undefined;
  readonly report?: Report | undefined;
  readonly file?: File | undefined;
}

export function isRunning({ kind }: State): boolean {
  return kind === "ready" || kind === "working";
}

/** What completion can't do without and isn't here; undefined while the server hasn't said. */
export function missing(report: Report | undefined): "engine" | "model" | undefined {
  const model = report?.models.find(({ roles }) => roles.includes("completion"));
  if (!report || !model || isElsewhere(model)) return undefined;
  if (report.engine_installed === false) return "engine";
  return model.path === null ? "model" : undefined;
}

/** The parts of a set-up that the settings call for and that aren't here; the usual ones while the server hasn't said. */
export function wanted(report: Report | undefined): string[] {
  const models = (report?.models ?? []).filter((model) => model.path === null && !isElsewhere(model));
  const parts = models.map(({ name }) => `model:${name}`);
  if (report && report.engine_installed !== true) parts.unshift("engine");
  return parts.length > 0 ? parts : ["engine", "model"];
}

/** Whether something is wrong that a restart may help. */
export function isBroken(state: State): state is Extract<State, { reason: string }> {
  return "reason" in state;
}

/** Whether another engine runs it: `ENGINE:NAME`. */
export function isElsewhere({ name }: RoleModel): boolean {
  return name.includes(":");
}

export function completionModel(report: Report | undefined): string | undefined {
  return report?.models.find(({ roles }) => roles.includes("completion"))?.name;
}
